import { describe, expect, it } from 'vitest';
import { createSimulatorActuator } from '../../src/actuate/simulator.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { planReroutes } from '../../src/reroute/planner.ts';
import { takeSnapshot } from '../../src/reroute/snapshot.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { prediction } from '../store/conformance-predictions.ts';
import { AT_MS, corrupted, demand, inputOf, LIMITS, ringNetwork } from './fixtures.ts';

const network = ringNetwork();
const demands = [demand('d1', 0, 1, 10)];

/** What becomes of a demand whose link loses packets. */
function moved(atRisk?: { linkId: string; reason: string }[]) {
  const changes = atRisk === undefined ? {} : { atRisk };
  const [proposal] = planReroutes(network, inputOf(network, demands, [corrupted('l0')], changes), 'request').changed;
  return proposal?.moves[0];
}

describe('links at risk', () => {
  it('are not led onto, and the proposal says why', () => {
    const usual = moved()?.to[0]?.arcs.map((arc) => arc.split(':')[0]) ?? [];
    const [avoided] = usual as [string];
    const move = moved([{ linkId: avoided, reason: 'is likely to fail (83 % within hours)' }]);
    expect(move?.to.flatMap(({ arcs }) => arcs).some((arc) => arc.startsWith(`${avoided}:`))).toBe(false);
    expect(move?.to.length).toBeGreaterThan(0);
    const reasons = move?.runnersUp.map(({ reason }) => reason) ?? [];
    expect(reasons).toContain(`crosses link ${avoided}, which is likely to fail (83 % within hours)`);
  });

  it('are those whose alarm stands at the level that is heeded, by a prediction that is fresh', async () => {
    const clock = new ManualClock(AT_MS);
    const store = createMemoryStore({ networkName: 'sketch', partitions: 1, clock });
    const actuator = createSimulatorActuator(store.traffic);
    const deps = { store, network, clock, limits: LIMITS, actuator };
    const alarm = { raisedAtMs: AT_MS - 60_000, probability: 0.7 };
    await store.predictions.writeAlarms([
      { ...alarm, linkId: 'l1', level: 'high' },
      { ...alarm, linkId: 'l4', level: 'critical', probability: 0.9 },
      { ...alarm, linkId: 'l2', level: 'critical' },
    ]);
    const fresh = ['l1', 'l4'].map((id) => ({ ...prediction(id, 0.7), atMs: AT_MS - 60_000 }));
    await store.predictions.writePredictions([...fresh, { ...prediction('l2', 0.7), atMs: AT_MS - 3_600_000 }]);
    const idsOf = async (avoidAtRisk?: 'high' | 'critical') =>
      (await takeSnapshot({ ...deps, ...(avoidAtRisk === undefined ? {} : { avoidAtRisk }) })).atRisk?.map(
        ({ linkId }) => linkId,
      );
    expect(await idsOf()).toBeUndefined();
    expect(await idsOf('critical')).toEqual(['l4']);
    expect(await idsOf('high')).toEqual(['l1', 'l4']);
  });
});
