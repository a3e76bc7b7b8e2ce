import type { Clock } from '../../../src/core/clock.ts';
import type { LinkState } from '../../../src/health/link-state.ts';
import type { DemandSet } from '../../../src/reroute/plan.ts';
import { createMemoryStore } from '../../../src/store/memory/store.ts';
import type { Store } from '../../../src/store/store.ts';

export interface LiveStore {
  readonly store: Store;
  readonly states: Map<string, LinkState>;
  /** The demands as they were last measured; made when they are asked for. */
  measure: () => DemandSet;
}

/**
 * The store in memory, but that link states are kept as objects, demands are made when they are read, and inputs of
 * plans are not kept: to write all of them as texts would be most of the bench's time.
 */
export function createLiveStore(networkName: string, clock: Clock): LiveStore {
  const memory = createMemoryStore({ networkName, partitions: 1, clock, inputBytesMax: 8 * 1024 * 1024 });
  const live: LiveStore = {
    states: new Map(),
    measure: () => {
      throw new Error('nothing was measured yet');
    },
    store: {
      ...memory,
      links: {
        readAll: async () => new Map(live.states),
        read: async (linkId) => live.states.get(linkId) ?? null,
      },
      traffic: { ...trafficOf(memory.traffic), demands: async () => live.measure() },
      plans: plansOf(memory.plans),
    },
  };
  return live;
}

/** Methods of a class are not its own properties: a spread alone would lose them. */
function trafficOf(traffic: Store['traffic']): Store['traffic'] {
  return {
    writeDemands: (demands) => traffic.writeDemands(demands),
    demands: () => traffic.demands(),
    removeDemands: () => traffic.removeDemands(),
    estimate: () => traffic.estimate(),
    tunnels: () => traffic.tunnels(),
    changeTunnels: (remove, set) => traffic.changeTunnels(remove, set),
  };
}

/** Nobody asks for a plan again here, so its input is not kept. */
function plansOf(plans: Store['plans']): Store['plans'] {
  return {
    saveNetwork: async () => undefined,
    network: (hash) => plans.network(hash),
    saveInput: async () => undefined,
    input: (id) => plans.input(id),
    commit: ({ moment: _moment, ...commit }) => plans.commit(commit),
    latest: () => plans.latest(),
    plan: (id) => plans.plan(id),
    moments: (fromMs, toMs) => plans.moments(fromMs, toMs),
    briefs: (scope) => plans.briefs(scope),
    openProposals: () => plans.openProposals(),
    proposalsById: (ids) => plans.proposalsById(ids),
    proposal: (id) => plans.proposal(id),
    transition: (transition) => plans.transition(transition),
  };
}
