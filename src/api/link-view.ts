import type { Link } from '../../topology/model.ts';
import { DIRECTIONS } from '../core/ids.ts';
import { type Acknowledgement, holds } from '../health/acknowledgement.ts';
import { type LinkState, presentCapacityBps } from '../health/link-state.ts';
import { withStaleness } from '../health/staleness.ts';
import { acknowledgedView, readAcknowledgement, readAcknowledgements } from '../pipeline/acknowledgements.ts';
import type { ApiDeps } from './deps.ts';
import { readForecastPeaks } from './forecast-peaks.ts';
import type { LinkView, ListedLink } from './schemas/links.ts';

type StateDeps = Pick<ApiDeps, 'network' | 'store' | 'clock'>;

/** The state of every link of the network as of now: staleness is applied when it is read. */
export async function readLinkStates({ network, store, clock }: StateDeps): Promise<Map<string, LinkState>> {
  return asOf(network, await store.links.readAll(), clock.nowMs());
}

/** What may be believed of stored states at `nowMs`, one for every link of the network. */
export function asOf(
  network: ApiDeps['network'],
  stored: ReadonlyMap<string, LinkState>,
  nowMs: number,
): Map<string, LinkState> {
  return new Map(
    network.network.links.map(({ id }) => [id, withStaleness(stored.get(id) ?? null, id, nowMs)] as const),
  );
}

/** The state of one link of the network as of now. */
export async function readLinkState({ store, clock }: StateDeps, linkId: string): Promise<LinkState> {
  return withStaleness(await store.links.read(linkId), linkId, clock.nowMs());
}

/** One link of the network with its state as of now. */
export async function readLinkView(deps: StateDeps, link: Link): Promise<LinkView> {
  const [state, { value }] = await Promise.all([
    readLinkState(deps, link.id),
    readAcknowledgement(deps.store, link.id),
  ]);
  return linkView(link, state, value);
}

/** All links with their states, in the order of the network. */
export async function readLinkViews(deps: StateDeps): Promise<LinkView[]> {
  const [states, kept] = await Promise.all([readLinkStates(deps), readAcknowledgements(deps.store)]);
  return deps.network.network.links.map((link) =>
    linkView(link, states.get(link.id) as LinkState, kept.get(link.id)?.value),
  );
}

/** All links as the list has them: with what is expected of them. */
export async function readListedLinks(deps: StateDeps): Promise<ListedLink[]> {
  const [links, { peaks }] = await Promise.all([readLinkViews(deps), readForecastPeaks(deps)]);
  const byLink = new Map(peaks.map(({ linkId, utilisation, atMs }) => [linkId, { utilisation, atMs }]));
  return links.map((link) => ({ ...link, forecastPeak: byLink.get(link.id) ?? null }));
}

/** What is on file about a link together with its state, and who knows of it. */
export function linkView(link: Link, state: LinkState, known: Acknowledgement | null = null): LinkView {
  const { linkId: _sameAsId, ...health } = state;
  const { id, a, z, aInterface, zInterface, capacityBps, latencyMs, metric, srlgs } = link;
  const [az, za] = DIRECTIONS.map((direction) => presentCapacityBps(link, state.arcs, direction)) as [number, number];
  const onFile = { id, a, z, aInterface, zInterface, capacityBps, latencyMs, metric, srlgs: [...srlgs] };
  return withAcknowledgement({ ...onFile, presentCapacityBps: { az, za }, ...health }, known);
}

/** The view with who acknowledged it, as far as that still holds. */
export function withAcknowledgement(
  link: Omit<LinkView, 'acknowledged'>,
  known: Acknowledgement | null = null,
): LinkView {
  return { ...link, acknowledged: known !== null && holds(known, link.state) ? acknowledgedView(known) : null };
}
