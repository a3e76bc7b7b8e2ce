import { arcId } from '../core/ids.ts';
import { demandsInUse } from '../reroute/demands-in-use.ts';
import { namedPaths } from '../twin/arc-path.ts';
import { demandsCrossing } from '../twin/crossing.ts';
import { buildTwin, currentPaths, type Twin } from '../twin/twin.ts';
import type { ApiDeps } from './deps.ts';
import { readLinkStates } from './link-view.ts';
import type { LinkUsers } from './schemas/link-users.ts';

/** Several links are looked at one after the other: the model is made once for all who ask within this time. */
const KEPT_MS = 2_000;

interface Traffic {
  readonly atMs: number;
  readonly demandSource: string | null;
  readonly twin: Twin;
}

type UserDeps = Pick<ApiDeps, 'network' | 'store' | 'clock' | 'maxDemandAgeMs'>;

/** Answers whose traffic a link carries now, by routing the known demands over the network as it is. */
export function linkUsersReader(deps: UserDeps): (linkId: string, limit: number) => Promise<LinkUsers> {
  let known: { readonly atMs: number; readonly traffic: Promise<Traffic> } | null = null;
  return async (linkId, limit) => {
    const nowMs = deps.clock.nowMs();
    if (!known || nowMs - known.atMs > KEPT_MS) {
      const traffic = readTraffic(deps);
      known = { atMs: nowMs, traffic };
      // What failed is asked for again, not remembered.
      traffic.catch(() => {
        known = null;
      });
    }
    return usersOf(await known.traffic, linkId, limit);
  };
}

async function readTraffic(deps: UserDeps): Promise<Traffic> {
  const { network, store, clock, maxDemandAgeMs } = deps;
  const [states, given, estimate, { tunnels }] = await Promise.all([
    readLinkStates(deps),
    store.traffic.demands(),
    store.traffic.estimate(),
    store.traffic.tunnels(),
  ]);
  const atMs = clock.nowMs();
  const inUse = demandsInUse(network, { given, estimate }, maxDemandAgeMs, atMs);
  const demands = inUse?.demands ?? [];
  const twin = buildTwin({ network: network.network, states: [...states.values()], demands, tunnels });
  return { atMs, demandSource: inUse?.source ?? null, twin };
}

/** The demands that cross a link, those with most traffic on it first. */
export function usersOf({ atMs, demandSource, twin }: Traffic, linkId: string, limit: number): LinkUsers {
  const [az, za] = [arcId(linkId, 'az'), arcId(linkId, 'za')];
  const marked = Uint8Array.from(twin.graph.arcIds, (id) => (id === az || id === za ? 1 : 0));
  const crossing = demandsCrossing(twin, marked);
  // Paths are written out for those only that can be among the first: the share on the link is at most the whole.
  const bpsOf = (index: number) => twin.demands[index]?.bps ?? 0;
  const largest = crossing.sort((x, y) => bpsOf(y) - bpsOf(x) || x - y);
  const items: LinkUsers['items'] = [];
  for (const index of largest) {
    const enough = items.length >= limit && onLink(items[limit - 1]) >= bpsOf(index);
    if (enough) break;
    items.push(userOf(twin, index, az, za));
    items.sort((x, y) => onLink(y) - onLink(x) || (x.demand < y.demand ? -1 : 1));
    items.splice(limit);
  }
  return { linkId, atMs, demandSource, count: crossing.length, items };
}

function onLink(user: LinkUsers['items'][number] | undefined): number {
  return user ? user.azBps + user.zaBps : 0;
}

function userOf(twin: Twin, index: number, az: string, za: string): LinkUsers['items'][number] {
  const { id, source, target, bps } = twin.demands[index] as Twin['demands'][number];
  const paths = namedPaths(twin.graph, currentPaths(twin, index));
  const over = (arc: string) =>
    paths.reduce((sum, path) => sum + (path.arcs.some((each) => each === arc) ? path.share * bps : 0), 0);
  const crossing = paths.filter(({ arcs }) => arcs.some((each) => each === az || each === za));
  const [main] = crossing.sort((x, y) => y.share - x.share);
  return {
    ...{ demand: id, source, target, bps },
    ...{ azBps: over(az), zaBps: over(za), pinned: twin.pinned.has(index) },
    arcs: main?.arcs ?? [],
  };
}
