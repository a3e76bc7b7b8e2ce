import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { STEP_SETTLE_MS } from '../../../src/reroute/closed-loop/drive.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import { AT_MS, corrupted, LIMITS, ringNetwork, stateOf } from '../fixtures.ts';
import { costRouters } from '../metrics/routers.ts';
import { ringCycle, writeStates } from '../store-fixture.ts';

const TEN_MINUTES_S = 600;
const STABILITY = { ...DEFAULT_STABILITY, moveCostMs: 240 * 60_000 };

/** Changes of the network within ten minutes in which l0 is bad for `badS` seconds and well for `wellS`, in turn. */
async function changesWhile(badS: number, wellS: number, byMetrics: boolean) {
  const clock = new ManualClock(AT_MS);
  const more = byMetrics ? { actuator: costRouters(ringNetwork()).actuator } : {};
  const limits = { ...LIMITS, holdMs: 30_000, stability: STABILITY };
  const { deps, store, network } = await ringCycle(clock, [], { limits, ...more });
  let sinceMs = clock.nowMs();
  for (let second = 0; second < TEN_MINUTES_S; second += 2) {
    const isBad = second % (badS + wellS) < badS;
    const began = second % (badS + wellS) === 0 || second % (badS + wellS) === badS;
    if (began) sinceMs = clock.nowMs();
    const heard = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
    const l0 = isBad ? corrupted('l0', 'az', { sinceMs }) : stateOf('l0', 'healthy', { sinceMs });
    const states = network.network.links.map(({ id }) => (id === 'l0' ? l0 : stateOf(id)));
    await writeStates(
      store,
      states.map((state) => ({
        ...{ ...state, ...heard },
        ends: { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } },
      })),
    );
    // A link that turns is a reason to plan at once; else every ten seconds, more often than the service does.
    if (began || second % 10 === 0) await runCycle(deps, 'link-event', `run-${second}`);
    clock.advance(2_000);
    await tendChanges(deps);
  }
  clock.advance(STEP_SETTLE_MS);
  const audit = await store.audit.latest(5_000);
  return audit.filter(({ action }) => ['apply', 'rollback', 'turn-back'].includes(action)).length;
}

describe('a link that flaps for ten minutes', () => {
  it.each([
    [10, 10],
    [20, 40],
    [60, 60],
    [30, 120],
  ])('bad for %d s and well for %d s: it is left once, and at most returned to once', async (badS, wellS) => {
    for (const byMetrics of [false, true]) {
      const changes = await changesWhile(badS, wellS, byMetrics);
      expect(changes).toBeGreaterThanOrEqual(1);
      expect(changes).toBeLessThanOrEqual(2);
    }
  });
});
