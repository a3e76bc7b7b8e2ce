import type { NetworkIndex } from '../../topology/model.ts';
import { contentHash } from '../core/ids.ts';
import { withStaleness } from '../health/staleness.ts';
import type { CycleDeps } from './cycle-deps.ts';
import { linkLocalDemands } from './local-demands.ts';
import type { DemandSet, PlanInput } from './plan.ts';
import { closedLately } from './stability/closed.ts';

export function networkHashOf(network: NetworkIndex): string {
  return `n-${contentHash(network.network, 16)}`;
}

/** Reads everything a plan depends on, in one go, at the clock's now. */
export async function takeSnapshot(deps: CycleDeps): Promise<PlanInput> {
  const { store, network, clock, limits } = deps;
  const [known, demands, { tunnels }, open, briefs] = await Promise.all([
    store.links.readAll(),
    store.traffic.demands(),
    store.traffic.tunnels(),
    store.plans.openProposals(),
    store.plans.briefs('all'),
  ]);
  const atMs = clock.nowMs();
  const links = network.network.links.map((link) => withStaleness(known.get(link.id) ?? null, link.id, atMs));
  const states = new Map(links.map((state) => [state.linkId, state]));
  return {
    networkHash: networkHashOf(network),
    atMs,
    links,
    demands: usableDemands(deps, demands, atMs) ?? linkLocalDemands(network, states, atMs),
    tunnels: [...tunnels].sort((x, y) => (x.demand < y.demand ? -1 : 1)),
    open: open.toSorted((x, y) => (x.id < y.id ? -1 : 1)),
    closed: closedLately(briefs),
    limits,
  };
}

/** The known demands that this network can carry; null when there are none or they are too old to plan with. */
function usableDemands({ network, limits }: CycleDeps, known: DemandSet | null, atMs: number): DemandSet | null {
  if (!known || (known.atMs !== null && atMs - known.atMs > limits.maxDemandAgeMs)) return null;
  const demands = known.demands.filter(
    ({ source, target }) => source !== target && network.nodeById.has(source) && network.nodeById.has(target),
  );
  return demands.length > 0 ? { ...known, demands } : null;
}
