import { describe, expect, it } from 'vitest';
import { mergeDays } from '../../../scripts/bench/closed-loop/merge.ts';
import { type LoopResult, shareOfOracle } from '../../../scripts/bench/closed-loop/run.ts';

function day(igpBit: number, detourBit: number): LoopResult {
  const arm = (lostBit: number) => ({ lostBit, overBit: 1 });
  const arms = { igp: arm(igpBit), detour: arm(detourBit), oracle: arm(0) };
  return {
    ...{ ...arms, settled: arms, seconds: 100, offeredBit: 1e6, changes: [], unjudged: 1, samples: [], plans: 2 },
    ...{ ticks: 10, fineTicks: 5, readings: 50, events: 3, beaten: { segments: 0, bit: 0 } },
    excess: { byKind: { converging: detourBit }, byFaults: [['converging: flapping', detourBit]], worst: [] },
    cpuSeconds: { detour: 1 },
  };
}

describe('days as one run', () => {
  it('are summed before they are compared, not after', () => {
    const [large, small] = [day(900, 100), day(100, 100)];
    const all = mergeDays([large, small]);
    expect(all).toMatchObject({ seconds: 200, unjudged: 2, plans: 4, igp: { lostBit: 1000, overBit: 2 } });
    expect(shareOfOracle(all)).toBeCloseTo(0.8);
    expect(all.excess).toMatchObject({ byKind: { converging: 200 }, byFaults: [['converging: flapping', 200]] });
    expect(all.cpuSeconds).toEqual({ detour: 2 });
  });

  it('are at least one', () => {
    expect(() => mergeDays([])).toThrow(RangeError);
    expect(mergeDays([day(1, 1)])).toEqual(day(1, 1));
  });
});
