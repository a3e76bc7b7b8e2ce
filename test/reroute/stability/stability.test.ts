import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../../src/health/link-state.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { movesWithinHour } from '../../../src/reroute/stability/budget.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import { AT_MS, corrupted, demand, inputOf, LIMITS, ringNetwork, sketch, stateOf } from '../fixtures.ts';
import { type RunStep, runLive } from './run.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A link that is bad and good in turn; `sinceMs` as the scorer would have it. */
function flapping(kind: 'down' | 'corrupted', badMs: number, goodMs: number) {
  return (elapsedMs: number): LinkState[] => {
    const into = elapsedMs % (badMs + goodMs);
    const isBad = into < badMs;
    const sinceMs = AT_MS + elapsedMs - (isBad ? into : into - badMs);
    if (!isBad) return [stateOf('l0', 'healthy', { sinceMs })];
    return [kind === 'down' ? stateOf('l0', 'down', { sinceMs }) : corrupted('l0', 'az', { sinceMs })];
  };
}

/** Unhealthy by a loss at which traffic may wait. */
function slightly(linkId: string, more: Partial<LinkState> = {}): LinkState {
  const state = corrupted(linkId, 'az', more);
  return { ...state, arcs: { ...state.arcs, az: { ...state.arcs.az, lossRatio: 0.005, wireLossRatio: 0.005 } } };
}

const changesOf = (steps: readonly RunStep[]): number => steps.reduce((sum, { changed }) => sum + changed.length, 0);

/** Two ways of one hop more each; the down link's traffic of 90 overloads the first of them. */
const network = ringNetwork();
const one = [demand('d', 0, 1, 40)];

describe('a flapping link', () => {
  const pattern = fc.record({
    badMs: fc.integer({ min: 5_000, max: 120_000 }),
    goodMs: fc.integer({ min: 5_000, max: 240_000 }),
  });
  const tenMinutes = { steps: 41, stepMs: 15_000 };

  it('changes the ways of traffic at most twice in ten minutes, where it would every time', () => {
    let restless = 0;
    fc.assert(
      fc.property(pattern, ({ badMs, goodMs }) => {
        const states = flapping('corrupted', badMs, goodMs);
        const run = { ...tenMinutes, stability: DEFAULT_STABILITY };
        expect(changesOf(runLive(network, one, states, run))).toBeLessThanOrEqual(2);
        restless = Math.max(restless, changesOf(runLive(network, one, states, tenMinutes)));
      }),
      { numRuns: 40 },
    );
    expect(restless).toBeGreaterThan(4);
  });

  it('is damped even where moves cost nothing', () => {
    const states = flapping('corrupted', MINUTE_MS, 2 * MINUTE_MS);
    const hour = { steps: 120, stepMs: 30_000 };
    const free = changesOf(runLive(network, one, states, hour));
    const damped = changesOf(
      runLive(network, one, states, { ...hour, stability: { ...DEFAULT_STABILITY, moveCostMs: 0 } }),
    );
    expect(free).toBeGreaterThan(30);
    expect(damped).toBeGreaterThan(0);
    expect(damped).toBeLessThanOrEqual(5);
  });

  it('gets no traffic that others have to leave, as long as it is not trusted', () => {
    const wide = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 20, za: 20 } },
    ]);
    const plan = (flaps: number) => {
      const shaky = stateOf('l1', 'degraded', {
        parts: [
          {
            part: 'flapping',
            level: 'degraded',
            arc: null,
            points: 15,
            value: flaps,
            threshold: 2,
            sinceMs: AT_MS,
            text: '',
          },
        ],
      });
      const limits = { ...LIMITS, stability: DEFAULT_STABILITY };
      return planReroutes(wide, inputOf(wide, one, [corrupted('l0'), shaky], { limits }), 'request').changed[0];
    };
    expect(plan(1)?.kind).toBe('reroute');
    expect(plan(3)).toMatchObject({
      kind: 'no-safe-alternative',
      cuts: [{ reason: expect.stringMatching(/keeps changing/) }],
    });
  });
});

describe('a return', () => {
  const states = (elapsedMs: number): LinkState[] =>
    elapsedMs < 5 * MINUTE_MS
      ? [corrupted('l0', 'az', { sinceMs: AT_MS })]
      : [stateOf('l0', 'healthy', { sinceMs: AT_MS + 5 * MINUTE_MS })];
  const returnedAfterMs = (moveCostMs: number): number | null => {
    const run = { steps: 200, stepMs: 2 * MINUTE_MS, stability: { ...DEFAULT_STABILITY, moveCostMs } };
    const steps = runLive(network, one, states, run).filter(({ changed }) => changed.length > 0);
    expect(steps[0]?.atMs).toBe(AT_MS);
    expect(steps.length).toBeLessThanOrEqual(2);
    return steps[1] ? steps[1].atMs - AT_MS - 5 * MINUTE_MS : null;
  };

  it('comes once staying has cost as much as moving', () => {
    const early = returnedAfterMs(HOUR_MS) as number;
    const late = returnedAfterMs(4 * HOUR_MS) as number;
    expect(early).toBeGreaterThan(2 * MINUTE_MS);
    expect(late / early).toBeGreaterThan(3);
    expect(late / early).toBeLessThan(5);
    expect(returnedAfterMs(1000 * HOUR_MS)).toBeNull();
  });
});

describe('the budget of moves', () => {
  const demands = [40, 10, 5, 3, 2].map((bps, at) => demand(`d${at}`, 0, 1, bps));
  const stability = { ...DEFAULT_STABILITY, maxMovesPerHour: 2 };

  it('goes to the most valuable moves, names the others, and lets them follow when it is free again', () => {
    const steps = runLive(network, demands, () => [slightly('l0')], { steps: 40, stepMs: 5 * MINUTE_MS, stability });
    const moves = steps.flatMap(({ atMs, changed }) => changed.map((id) => [id, (atMs - AT_MS) / HOUR_MS] as const));
    expect(moves).toEqual([
      ['d0', 0],
      ['d1', 0],
      ['d2', 1],
      ['d3', 1],
      ['d4', 2],
    ]);
    const [proposal] = steps[0]?.proposals ?? [];
    expect(proposal?.why.stayed.map(({ demand: id }) => id)).toEqual(['d2', 'd3', 'd4']);
    expect(proposal?.why.stayed[0]?.reason).toMatch(/^budget/);
  });

  it('does not hold back traffic that is being lost, and counts it', () => {
    const states = (elapsedMs: number) =>
      elapsedMs < HOUR_MS / 2 ? [corrupted('l0')] : [slightly('l2'), corrupted('l0')];
    const both = [...demands, demand('elsewhere', 2, 3, 1)];
    const steps = runLive(network, both, states, { steps: 11, stepMs: 5 * MINUTE_MS, stability });
    expect(steps[0]?.changed).toEqual(demands.map(({ id }) => id));
    expect(steps.slice(1).flatMap(({ changed }) => changed)).toEqual([]);
    const held = steps.at(-1)?.proposals.find(({ cause }) => cause.links.includes('l2'));
    expect(held?.why.stayed[0]?.reason).toMatch(/^budget/);
    expect(held?.why.summary).toContain('over the budget');
  });

  it('is never exceeded within any hour by traffic that can wait, and every step is repeatable', () => {
    const fault = fc.record({
      link: fc.nat(4),
      kind: fc.constantFrom('down' as const, 'corrupted' as const),
      fromStep: fc.nat(30),
      steps: fc.integer({ min: 1, max: 12 }),
    });
    const scene = fc.record({
      faults: fc.array(fault, { minLength: 1, maxLength: 8 }),
      bps: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 6, maxLength: 6 }),
      most: fc.integer({ min: 0, max: 6 }),
    });
    let moves = 0;
    fc.assert(
      fc.property(scene, ({ faults, bps, most }) => {
        const some = bps.map((rate, at) => demand(`d${at}`, at % 4, (at + 1 + (at % 2)) % 4, rate));
        const states = (elapsedMs: number): LinkState[] => {
          const step = elapsedMs / (3 * MINUTE_MS);
          const now = faults.filter(({ fromStep, steps }) => step >= fromStep && step < fromStep + steps);
          return now.map(({ link, kind, fromStep }) => {
            const sinceMs = AT_MS + fromStep * 3 * MINUTE_MS;
            return kind === 'down' ? stateOf(`l${link}`, 'down', { sinceMs }) : slightly(`l${link}`, { sinceMs });
          });
        };
        const limits = { ...DEFAULT_STABILITY, moveCostMs: 0, maxMovesPerHour: most };
        const steps = runLive(network, some, states, { steps: 40, stepMs: 3 * MINUTE_MS, stability: limits });
        moves += changesOf(steps);
        for (const { atMs, input } of steps) {
          const hour = steps.filter((one) => one.atMs <= atMs && one.atMs > atMs - HOUR_MS);
          expect(changesOf(hour)).toBeLessThanOrEqual(most);
          const again = structuredClone(input);
          expect(planReroutes(network, again, 'schedule')).toEqual(planReroutes(network, input, 'schedule'));
          const past = steps.filter((one) => one.atMs < atMs && one.atMs > atMs - HOUR_MS);
          expect(movesWithinHour(input)).toBeGreaterThanOrEqual(changesOf(past));
        }
      }),
      { numRuns: 30 },
    );
    expect(moves).toBeGreaterThan(20);
  });
});
