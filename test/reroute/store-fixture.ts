import { createSimulatorActuator } from '../../src/actuate/simulator.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { LinkState } from '../../src/health/link-state.ts';
import type { CycleDeps } from '../../src/reroute/cycle-deps.ts';
import { GUARDRAILS_ID, readGuardrails } from '../../src/reroute/guardrail-record.ts';
import type { Guardrails } from '../../src/reroute/guardrails.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import type { NewAuditRecord, Store } from '../../src/store/store.ts';
import { AT_MS, demand, LIMITS, ringNetwork, stateOf } from './fixtures.ts';

/** Writes link states the way a scorer does. */
export async function writeStates(store: Store, states: readonly LinkState[]): Promise<void> {
  for (let partition = 0; partition < store.partitions; partition += 1) {
    const base = { partition, fence: 1, lastId: null, memories: [], events: [], applied: 0, refused: 0 };
    await store.scoring.commit({ ...base, states: partition === 0 ? states : [] });
  }
}

/** Sets guardrails the way the API does. */
export async function setGuardrails(store: Store, settings: Partial<Guardrails>): Promise<void> {
  const { version, guardrails } = await readGuardrails(store);
  const audit: NewAuditRecord = {
    atMs: 0,
    by: 'test',
    role: 'admin',
    action: 'set',
    subject: 'guardrails',
    subjectId: GUARDRAILS_ID,
    from: null,
    to: null,
    reason: null,
    planHash: null,
    requestKey: null,
    details: {},
  };
  await store.control.change({
    ...{ kind: 'guardrails', id: GUARDRAILS_ID, version, events: [], requestKey: null },
    value: { ...guardrails, ...settings },
    audit,
  });
}

/** The ring with one demand on l0, healthy but for the given states, in a memory store. */
export async function ringCycle(clock: Clock, states: readonly LinkState[], more: Partial<CycleDeps> = {}) {
  const network = ringNetwork();
  const store = more.store ?? createMemoryStore({ networkName: network.network.name, partitions: 1, clock });
  const fresh = (state: LinkState): LinkState => {
    const heard = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
    const ends = { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } };
    return { ...state, ...heard, intervalMs: 86_400_000, ends };
  };
  const all = network.network.links.map((link) => states.find((one) => one.linkId === link.id) ?? stateOf(link.id));
  await writeStates(store, all.map(fresh));
  await store.traffic.writeDemands({ source: 'file', atMs: null, demands: [demand('d', 0, 1, 40)] });
  // One demand is all the traffic there is: to move it moves everything.
  await setGuardrails(store, { maxMovedShare: 1 });
  const actuator = createSimulatorActuator(store.traffic);
  const deps: CycleDeps = { store, network, clock, limits: LIMITS, mode: 'auto', actuator, ...more };
  return { store, network, deps };
}

export { AT_MS };
