import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../src/health/link-state.ts';
import { planReroutes } from '../../src/reroute/planner.ts';
import { corrupted, demand, inputOf, losing, ringNetwork, sketch } from './fixtures.ts';

const LONG_MS = 11 * 60_000;

const network = ringNetwork();
const both = [demand('out', 0, 1, 40), demand('back', 1, 0, 40)];
const changed = (states: readonly LinkState[], demands = both, at = network) =>
  planReroutes(at, inputOf(at, demands, states), 'schedule').changed;

describe('a degraded link that loses packets for long', () => {
  it('is left by what it loses packets of, and by nothing else', () => {
    const [proposal] = changed([losing('l0', LONG_MS)]);
    expect(proposal).toMatchObject({ kind: 'reroute', cause: { kind: 'unhealthy', links: ['l0'] } });
    expect(proposal?.moves.map((move) => move.demand)).toEqual(['out']);
    expect(proposal?.expectedSavingBps).toBeCloseTo(0.003 * 40);
    expect(proposal?.why.summary).toMatch(/^l0 is degraded: /);
  });

  it('is left as well where errors tell of less loss than counts at both ends can', () => {
    const [proposal] = changed([losing('l0', LONG_MS, 'errors')]);
    expect(proposal?.moves.map((move) => move.demand)).toEqual(['out']);
    expect(proposal?.expectedSavingBps).toBeCloseTo(0.0003 * 40);
    expect(changed([losing('l0', 60_000, 'errors')])).toEqual([]);
  });

  it('is not left before it has lasted', () => {
    expect(changed([losing('l0', 60_000)])).toEqual([]);
  });

  it('is kept, without a word, where there is no room elsewhere', () => {
    expect(changed([losing('l0', LONG_MS)], [...both, demand('full', 2, 1, 80)])).toEqual([]);
    // A quarter of the limit is left for the traffic to grow: more of it stays where it is.
    const [part] = changed([losing('l0', LONG_MS)], [...both, demand('half', 2, 1, 35)]);
    expect(part?.why.summary).toContain('no arc ends above 60 % (limit 80 %)');
    expect(changed([losing('l0', LONG_MS)], [...both, demand('more', 2, 1, 60)])).toEqual([]);
    const line = sketch(2, [{ a: 0, z: 1 }]);
    expect(changed([losing('l0', LONG_MS)], [demand('d', 0, 1, 10)], line)).toEqual([]);
  });

  it('still takes what has to leave a worse one', () => {
    const two = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 20, za: 20 } },
    ]);
    const [proposal, ...others] = changed([corrupted('l0'), losing('l1', LONG_MS)], [demand('d', 0, 1, 10)], two);
    expect(proposal?.moves).toMatchObject([{ demand: 'd', to: [{ arcs: ['l1:az'] }] }]);
    expect(others).toEqual([]);
  });
});
