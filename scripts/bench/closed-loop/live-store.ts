import type { Clock } from '../../../src/core/clock.ts';
import type { LinkState } from '../../../src/health/link-state.ts';
import type { DemandSet } from '../../../src/reroute/plan.ts';
import { createMemoryStore } from '../../../src/store/memory/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { LivePlans, LiveTunnels } from './live-plans.ts';

export interface LiveStore {
  readonly store: Store;
  readonly states: Map<string, LinkState>;
  /** The demands as they were last measured; made when they are asked for. */
  measure: () => DemandSet;
}

/** The store in memory, but that states, tunnels, plans and demands are objects that are shared, not texts. */
export function createLiveStore(networkName: string, clock: Clock): LiveStore {
  const memory = createMemoryStore({ networkName, partitions: 1, clock, inputBytesMax: 8 * 1024 * 1024 });
  const tunnels = new LiveTunnels();
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
      traffic: { ...trafficOf(memory.traffic, tunnels), demands: async () => live.measure() },
      plans: new LivePlans(clock, memory.events, tunnels),
    },
  };
  return live;
}

/** Methods of a class are not its own properties: a spread alone would lose them. */
function trafficOf(traffic: Store['traffic'], tunnels: LiveTunnels): Store['traffic'] {
  return {
    writeDemands: (demands) => traffic.writeDemands(demands),
    demands: () => traffic.demands(),
    removeDemands: () => traffic.removeDemands(),
    estimate: () => traffic.estimate(),
    tunnels: async () => tunnels.tunnels(),
    changeTunnels: async (remove, set) => tunnels.change(remove, set),
  };
}
