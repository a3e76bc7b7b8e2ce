import { describe, expect, it } from 'vitest';
import { readProbe } from '../../scripts/bench/series/rtt-atlas.ts';

describe('round trips of a probe', () => {
  it('are read in both ways to write a day; what was lost is not known', () => {
    const iso = readProbe(
      '1',
      'epoch;rtt;cp\n2016-11-20 00:00:10;10.5;0\n2016-11-20 00:04:10;-3;0\n2016-11-20 00:08:10;12;1\n',
    );
    const day = readProbe('1', 'epoch;rtt;cp\n20/11/2016 00:00;10.5;0\n20/11/2016 00:04;-3;0\n20/11/2016 00:08;12;1\n');
    expect([...iso.values]).toEqual([10.5, Number.NaN, 12]);
    expect(day).toEqual(iso);
    expect(iso.startMs).toBe(Date.UTC(2016, 10, 20));
  });
});
