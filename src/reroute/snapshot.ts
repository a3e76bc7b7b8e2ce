import type { Network, NetworkIndex } from '../../topology/model.ts';
import { contentHash } from '../core/ids.ts';
import { formatRatio } from '../core/units.ts';
import type { LinkState } from '../health/link-state.ts';
import { withStaleness } from '../health/staleness.ts';
import { buildTwin } from '../twin/twin.ts';
import type { CycleDeps } from './cycle-deps.ts';
import { demandsInUse } from './demands-in-use.ts';
import { linkLocalDemands } from './local-demands.ts';
import { readMaintenance, withMaintenance } from './maintenance.ts';
import { metricTunnels } from './metrics/routing.ts';
import type { DemandSet, PlanInput } from './plan.ts';
import type { Proposal, Tunnel } from './proposal.ts';
import { closedLately } from './stability/closed.ts';

const HASHES = new WeakMap<Network, string>();

/** By contents; worked out once for an object, as networks are not changed but replaced. */
export function networkHashOf({ network }: Pick<NetworkIndex, 'network'>): string {
  const hash = HASHES.get(network) ?? `n-${contentHash(network, 16)}`;
  HASHES.set(network, hash);
  return hash;
}

/** Reads everything a plan depends on, in one go, at the clock's now. */
export async function takeSnapshot(
  deps: Pick<CycleDeps, 'store' | 'network' | 'clock' | 'limits' | 'avoidAtRisk' | 'actuator'> &
    Partial<Pick<CycleDeps, 'mode'>>,
): Promise<PlanInput> {
  const { store, network, clock, limits } = deps;
  const [known, given, estimate, { tunnels }, open, briefs, windows] = await Promise.all([
    store.links.readAll(),
    store.traffic.demands(),
    store.traffic.estimate(),
    store.traffic.tunnels(),
    store.plans.openProposals(),
    store.plans.briefs('all'),
    readMaintenance(store),
  ]);
  const atMs = clock.nowMs();
  const seen = network.network.links.map((link) => withStaleness(known.get(link.id) ?? null, link.id, atMs));
  const links = withMaintenance(seen, windows, atMs);
  const states = new Map(links.map((state) => [state.linkId, state]));
  const inUse = demandsInUse(network, { given, estimate }, limits.maxDemandAgeMs, atMs);
  const demands = inUse ?? linkLocalDemands(network, states, atMs);
  const byMetrics = !deps.actuator.realisations.includes('paths');
  return {
    networkHash: networkHashOf(network),
    atMs,
    links,
    demands,
    tunnels: byMetrics ? followed(network, links, demands, open) : [...tunnels].sort(byDemand),
    open: open.toSorted((x, y) => (x.id < y.id ? -1 : 1)),
    closed: closedLately(briefs),
    ...(deps.avoidAtRisk === undefined ? {} : { atRisk: await linksAtRisk(deps, deps.avoidAtRisk) }),
    limits,
    ...(byMetrics ? { realisation: 'metrics' as const } : {}),
    ...(deps.mode === 'auto' && deps.actuator.changesNetwork ? { actsAtOnce: true } : {}),
  };
}

const byDemand = (x: Tunnel, y: Tunnel): number => (x.demand < y.demand ? -1 : 1);

/** Where demands go by the metrics that are set: nobody keeps them there, so a link that fails moves them too. */
function followed(
  { network }: NetworkIndex,
  states: readonly LinkState[],
  { demands }: DemandSet,
  open: readonly Proposal[],
): Tunnel[] {
  if (open.every(({ execution }) => execution === undefined)) return [];
  return metricTunnels(buildTwin({ network, states, demands, tunnels: [] }), open).sort(byDemand);
}

/** A prediction that is older than this says nothing about now. */
const MAX_PREDICTION_AGE_MS = 5 * 60_000;

/** Links with a standing alarm of this level or worse: alarms have hysteresis, single predictions waver. */
async function linksAtRisk({ store, clock }: Pick<CycleDeps, 'store' | 'clock'>, level: 'high' | 'critical') {
  const [book, predictions] = await Promise.all([store.predictions.alarms(), store.predictions.predictions()]);
  const nowMs = clock.nowMs();
  const isFresh = (linkId: string) => nowMs - (predictions.get(linkId)?.atMs ?? -Infinity) <= MAX_PREDICTION_AGE_MS;
  return book
    .filter((alarm) => (level === 'high' || alarm.level === 'critical') && isFresh(alarm.linkId))
    .map(({ linkId, probability }) => ({
      linkId,
      reason: `is likely to fail (${formatRatio(probability)} within hours)`,
    }))
    .sort((x, y) => (x.linkId < y.linkId ? -1 : 1));
}
