import { type Static, Type } from 'typebox';
import type { Network } from '../../topology/model.ts';
import { compileSchema, nullable } from '../core/schema.ts';
import type { LinkState } from '../health/link-state.ts';
import type { Store } from '../store/store.ts';
import { drainedState } from './drained-state.ts';
import type { Proposal } from './proposal.ts';

/** Links that one window may drain. */
export const MAX_DRAINED = 1000;
const Ids = Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: MAX_DRAINED });

/** Work on a part of the network: traffic leaves it when the window begins and may return when it ends. */
export const MaintenanceSchema = Type.Object({
  id: Type.String(),
  links: Ids,
  nodes: Ids,
  srlgs: Ids,
  fromMs: Type.Number(),
  toMs: Type.Number(),
  reason: Type.String(),
  by: Type.String(),
  createdAtMs: Type.Number(),
  cancelledAtMs: nullable(Type.Number()),
  /** All links that are drained: those named, and those of the nodes and shared-risk groups. */
  drains: Ids,
});
export type Maintenance = Static<typeof MaintenanceSchema>;

const checker = compileSchema(MaintenanceSchema, 'CORRUPT_RECORD');

export const MAINTENANCE_STATES = ['planned', 'active', 'over', 'cancelled'] as const;
export type MaintenanceState = (typeof MAINTENANCE_STATES)[number];

/** Where a window stands; begins and ends by the clock alone. */
export function maintenanceState({ fromMs, toMs, cancelledAtMs }: Maintenance, nowMs: number): MaintenanceState {
  if (cancelledAtMs !== null) return 'cancelled';
  if (nowMs < fromMs) return 'planned';
  return nowMs < toMs ? 'active' : 'over';
}

/** All windows that are kept. */
export async function readMaintenance({ control }: Pick<Store, 'control'>): Promise<Maintenance[]> {
  return (await control.list('maintenance')).map(({ value }) => value).filter(checker.matches);
}

/** The links that a window drains, in network order. */
export function drainedLinks(
  network: Pick<Network, 'links'>,
  { links, nodes, srlgs }: Pick<Maintenance, 'links' | 'nodes' | 'srlgs'>,
): string[] {
  const isDrained = (link: Network['links'][number]): boolean =>
    links.includes(link.id) ||
    nodes.includes(link.a) ||
    nodes.includes(link.z) ||
    link.srlgs.some((srlg) => srlgs.includes(srlg));
  return network.links.filter(isDrained).map(({ id }) => id);
}

/** The states with every link that is to be drained now marked as one that traffic has to leave. */
export function withMaintenance(
  states: readonly LinkState[],
  windows: readonly Maintenance[],
  nowMs: number,
): LinkState[] {
  const active = windows.filter((window) => maintenanceState(window, nowMs) === 'active');
  if (active.length === 0) return [...states];
  return states.map((state) => {
    const window = active.find(({ drains }) => drains.includes(state.linkId));
    if (!window || state.state === 'stale') return state;
    const about = { atMs: nowMs, sinceMs: window.fromMs, text: `in maintenance: ${window.reason}` };
    return drainedState(state, ['az', 'za'], about);
  });
}

/** The window that a proposal was made for; null for a proposal of another cause. */
export function drainFor({ cause }: Pick<Proposal, 'cause'>, windows: readonly Maintenance[]): Maintenance | null {
  const isOf = (window: Maintenance): boolean => cause.epochMs === window.fromMs && drainsAll(window, cause.links);
  return windows.find(isOf) ?? null;
}

/**
 * The window that wants the traffic of a proposal away now: its own, one that overlaps it, or one for links that were
 * bad before it began. Null for another cause, and when all windows of its links are over.
 */
export function drainNow(
  { cause }: Pick<Proposal, 'cause'>,
  windows: readonly Maintenance[],
  nowMs: number,
): Maintenance | null {
  if (cause.kind !== 'unhealthy') return null;
  const isNow = (window: Maintenance): boolean =>
    maintenanceState(window, nowMs) === 'active' && drainsAll(window, cause.links);
  return windows.find(isNow) ?? null;
}

/** True while it is not known what a link carries that is to be drained now: a plan finds nothing to move there yet. */
export function drainsUnmeasured(
  windows: readonly Maintenance[],
  states: ReadonlyMap<string, LinkState>,
  nowMs: number,
): boolean {
  const active = windows.filter((window) => maintenanceState(window, nowMs) === 'active');
  return active.some(({ drains }) => drains.some((link) => isUnmeasured(states.get(link))));
}

/** A link that is down carries nothing. */
function isUnmeasured(state: LinkState | undefined): boolean {
  if (!state || state.state === 'stale') return true;
  if (state.state === 'down' || state.adminDown) return false;
  return state.arcs.az.loadBps === null || state.arcs.za.loadBps === null;
}

function drainsAll({ drains }: Pick<Maintenance, 'drains'>, links: readonly string[]): boolean {
  return links.every((link) => drains.includes(link));
}
