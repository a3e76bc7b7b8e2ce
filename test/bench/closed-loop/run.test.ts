import { describe, expect, it } from 'vitest';
import { playLoop, shareOfOracle } from '../../../scripts/bench/closed-loop/run.ts';
import type { ClosedLoopWorld, Segment } from '../../../scripts/bench/closed-loop/world.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import { stillScenario } from '../../telemetry/simulator/networks.ts';
import { LIMIT, SQUARE, START_MS, square } from './square.ts';

const FAULT = '{ atSeconds: 100, kind: corruption, link: a--b, direction: az, durationSeconds: 200, strength: 0.1 }';
const LIMITS = {
  ...{ utilisationLimit: LIMIT, holdMargin: 0.05, holdMs: 30_000, maxStaleShare: 0.1, maxDemandAgeMs: 60_000 },
  stability: DEFAULT_STABILITY,
};

function until(world: ClosedLoopWorld, second: number): Segment[] {
  const segments: Segment[] = [];
  while ((segments.at(-1)?.to ?? 0) < second) segments.push(world.next());
  return segments;
}

function play(mode: 'busy' | 'fine', seconds: number) {
  return playLoop({
    world: {
      ...{ network: SQUARE, scenario: stillScenario([FAULT]), seed: 1, startMs: START_MS },
      demands: [
        { id: 'a>c', source: 'a', target: 'c', bps: 4e9, class: null },
        { id: 'c>d', source: 'c', target: 'd', bps: 6e9, class: null },
      ],
      tickSeconds: { busy: 10, quiet: 60 },
    },
    detour: {
      limits: LIMITS,
      planIntervalMs: 120_000,
      planSpacingMs: 5_000,
      seed: 1,
      longestSeconds: mode === 'fine' ? 1 : 60,
    },
    seconds,
    isOver: () => false,
    progress: () => undefined,
  });
}

describe('world of the closed loop', () => {
  it('is without a gap, breaks at the second of a fault, and is the same again with the same seed', () => {
    const [one, other] = [until(square([FAULT]), 400), until(square([FAULT]), 400)];
    expect(one.map(({ from, to }) => [from, to])).toEqual(other.map(({ from, to }) => [from, to]));
    for (const [at, segment] of one.entries()) expect(segment.from).toBe(one[at - 1]?.to ?? 0);
    const broken = one.filter(({ plant }) => plant.corruption.some((loss) => loss > 0));
    expect([broken[0]?.from, broken.at(-1)?.to]).toEqual([100, 300]);
    expect(broken.every(({ faults }) => faults.size === 1)).toBe(true);
  });
});

describe('three arms', () => {
  it('Detour heals a lossy link within seconds, the IGP never, the oracle at once', async () => {
    const result = await play('busy', 300);
    // 10 % of what the IGP sends over a--b, for 200 s.
    expect(result.igp.lostBit).toBeGreaterThan(0.1 * 3.5e9 * 200);
    expect(result.oracle.lostBit).toBeLessThan(1e8);
    const lostSeconds = result.detour.lostBit / (result.igp.lostBit / 200);
    expect(lostSeconds).toBeGreaterThan(1);
    expect(lostSeconds).toBeLessThan(12);
    expect(shareOfOracle(result)).toBeCloseTo(1 - lostSeconds / 200, 2);
    expect(result.beaten.segments).toBe(0);
  });

  it('comes to the same with samples of a second throughout', async () => {
    const [coarse, fine] = await Promise.all([play('busy', 300), play('fine', 300)]);
    expect(coarse.ticks).toBeLessThan(fine.ticks / 2);
    expect(coarse.detour.lostBit).toBeCloseTo(fine.detour.lostBit, -9);
  });
});
