import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/telemetry/simulator/engine.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { loadNetwork } from '../../../topology/files.ts';

const START_MS = Date.UTC(2026, 0, 1);

describe('the demo', () => {
  it.each(['backbone-100', 'abilene', 'nsfnet'])('shows something to heal within half a minute on %s', async (name) => {
    const { network } = await loadNetwork(name);
    const engine = createEngine({
      network,
      demands: null,
      scenario: await loadScenario('demo'),
      seed: 1,
      startMs: START_MS,
    });
    const results = Array.from({ length: 30 }, () => engine.step(1));
    const [fault, ...others] = results.flatMap((result) => result.truth);
    expect(fault).toMatchObject({ kind: 'corruption', phase: 'begin' });
    expect(others).toEqual([]);
    const lost = results.map((result) => result.totals.lostBps / result.totals.offeredBps);
    expect(Math.max(...lost.slice(0, 12))).toBe(0);
    expect(Math.min(...lost.slice(12))).toBeGreaterThan(0.001);
  });

  it('is a network that is mostly healthy, breaks again and again, and is crowded after a cut', async () => {
    const { network } = await loadNetwork('backbone-100');
    const engine = createEngine({
      network,
      demands: null,
      scenario: await loadScenario('demo'),
      seed: 1,
      startMs: START_MS,
    });
    const capacityBps = new Map(
      network.links.flatMap(({ id, capacityBps: { az, za } }) => [
        [`${id}:az`, az] as const,
        [`${id}:za`, za] as const,
      ]),
    );
    const kinds = new Set<string>();
    const crowded: number[] = [];
    for (let second = 0; second < 600; second += 1) {
      const result = engine.step(1);
      for (const record of result.truth) kinds.add(record.kind);
      if (second % 5 > 0) continue;
      const full = [...capacityBps].filter(([arc, bps]) => result.arcOfferedBps(arc) > bps);
      if (full.length > 0) crowded.push(second);
      expect(full.length).toBeLessThan(capacityBps.size / 20);
    }
    expect([...kinds]).toEqual(expect.arrayContaining(['corruption', 'fibre-cut', 'flapping', 'surge', 'black-hole']));
    // The scripted cut, after the IGP has moved its traffic.
    expect(crowded).toEqual(expect.arrayContaining([175, 200]));
    expect(crowded.length).toBeLessThan(600 / 5 / 2);
  });
});
