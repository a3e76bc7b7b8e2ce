import type { Proposal, ProposalStatus } from '../../../src/reroute/proposal.ts';
import type { Event } from '../../../src/store/events.ts';
import { waitFor } from '../../support/wait.ts';
import type { Detour } from './detour.ts';

const WAIT = { timeoutMs: 60_000, everyMs: 50 };

/** The open reroute for a link, once it is so far. */
export function inForce(
  detour: Detour,
  link: string,
  statuses: readonly ProposalStatus[],
  kind: Proposal['cause']['kind'] = 'unhealthy',
): Promise<Proposal> {
  const fits = ({ status, cause }: Proposal): boolean =>
    statuses.includes(status) && cause.kind === kind && (cause.links.includes(link) || kind === 'overload');
  return waitFor(
    `a reroute of ${link} to be ${statuses.join(' or ')}`,
    async () => (await detour.openReroutes()).find(fits),
    WAIT,
  );
}

/** The first event of a type since then, once there is one. */
export function eventOf(detour: Detour, type: Event['type'], sinceMs: number): Promise<Event> {
  return waitFor(
    `an event ${type}`,
    async () => (await detour.events()).findLast((event) => event.type === type && event.atMs >= sinceMs),
    WAIT,
  );
}

/** When a link was first found to be in a state since then. */
export function linkEvent(detour: Detour, link: string, to: string, sinceMs: number): Promise<Event> {
  const fits = ({ type, linkId, details, atMs }: Event): boolean =>
    type === 'link-state' && linkId === link && details.to === to && atMs >= sinceMs;
  return waitFor(`${link} to be ${to}`, async () => (await detour.events()).findLast(fits), WAIT);
}

/** How often a link was found to have come into a state since then. */
export async function timesSeen(detour: Detour, link: string, to: string, sinceMs: number): Promise<number> {
  const fits = ({ type, linkId, details, atMs }: Event): boolean =>
    type === 'link-state' && linkId === link && details.to === to && atMs >= sinceMs;
  return (await detour.events()).filter(fits).length;
}

/** From the fault to each step of its healing, ms. */
export async function stamps(
  detour: Detour,
  proposal: Proposal,
  faultMs: number,
): Promise<Record<string, number | null>> {
  const found = await linkEvent(detour, proposal.cause.links[0] ?? '', 'unhealthy', faultMs);
  const since = (atMs: number | null | undefined): number | null => (typeof atMs === 'number' ? atMs - faultMs : null);
  return {
    detectedMs: since(found.atMs),
    plannedMs: since(proposal.createdAtMs),
    appliedMs: since(proposal.appliedAtMs),
    verifiedMs: proposal.status === 'verified' ? since(proposal.verification?.atMs) : null,
  };
}

/** Everything that was begun to change the network since then, by the audit: into it, and out of it again. */
export async function changesSince(detour: Detour, sinceMs: number): Promise<string[]> {
  const { items } = await detour.get<{ items: { atMs: number; action: string; subjectId: string }[] }>(
    '/api/v1/audit?limit=1000',
  );
  const changes = ['apply', 'rollback', 'turn-back', 'restore'];
  return items
    .filter(({ atMs, action }) => atMs >= sinceMs && changes.includes(action))
    .map(({ action, subjectId }) => `${action} ${subjectId}`)
    .reverse();
}

/** The highest utilisation (0..1) of any arc, as measured. */
export async function highest(detour: Detour): Promise<number> {
  const links = await detour.links();
  return Math.max(...links.flatMap(({ arcs }) => [arcs.az.utilisation ?? 0, arcs.za.utilisation ?? 0]));
}

/** True when a link is measured to carry traffic both ways. */
export async function isLoaded(detour: Detour, link: string): Promise<boolean> {
  const arcs = (await detour.links()).find(({ id }) => id === link)?.arcs;
  return arcs !== undefined && [arcs.az, arcs.za].every(({ loadBps }) => (loadBps ?? 0) > 1e6);
}

export function isUnderWay({ status }: Proposal): boolean {
  return status === 'applying';
}

/** Whether two sets of costs are the same. */
export function isSame(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  const text = (costs: Readonly<Record<string, number>>): string => JSON.stringify(Object.entries(costs).sort());
  return text(one) === text(other);
}
