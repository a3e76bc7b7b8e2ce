import type { NetworkIndex } from '../../topology/model.ts';
import { contentHash } from '../core/ids.ts';
import type { LinkState } from '../health/link-state.ts';
import type { PinnedRoute } from '../twin/arc-path.ts';
import { type Twin, withClosed } from '../twin/twin.ts';
import type { Condition } from './condition.ts';
import { isCongestion } from './condition.ts';
import type { PlanInput } from './plan.ts';
import type { Cause, Proposal } from './proposal.ts';

/** A cause with the identity of its proposal and the links it is about. */
export interface KnownCause {
  readonly id: string;
  readonly cause: Cause;
  /** The cause's links and those that brought it about. */
  readonly links: readonly string[];
  /** The open proposal for the same cause, null where there is none. */
  readonly standing: Proposal | null;
  /** True when a person has rolled this very cause's reroute back: it is left alone. */
  readonly settled: boolean;
}

export function proposalId(networkName: string, cause: Cause): string {
  return `r-${contentHash({ network: networkName, kind: cause.kind, links: cause.links, epochMs: cause.epochMs })}`;
}

/**
 * Gives a cause its identity. An open proposal for the same cause lends its epoch, whatever the state did since; an
 * epoch whose proposal was closed already begins anew when that one closed. All from the input, so that a run after
 * a crash gives the same ids.
 */
export function identifyCause(
  networkName: string,
  input: PlanInput,
  standing: readonly Proposal[],
  cause: Cause,
  broughtAboutBy: readonly string[] = [],
): KnownCause {
  const links = [...new Set([...cause.links, ...broughtAboutBy])];
  const open = standing.find((one) => one.cause.kind === cause.kind && sameLinks(one.cause.links, cause.links));
  if (open) return { id: open.id, cause: open.cause, links, standing: open, settled: false };
  let own = cause;
  for (const closed of input.closed ?? []) {
    if (closed.id !== proposalId(networkName, own)) continue;
    if (closed.byRequest) return { id: closed.id, cause: own, links, standing: null, settled: true };
    own = { ...own, epochMs: closed.closedAtMs };
  }
  return { id: proposalId(networkName, own), cause: own, links, standing: null, settled: false };
}

function sameLinks(x: readonly string[], y: readonly string[]): boolean {
  return x.length === y.length && x.every((link, index) => link === y[index]);
}

/** True when the link's own figures confirm that this arc is overloaded, at whatever level. */
export function overloadIsMeasured(state: LinkState | undefined, arc: string, utilisationLimit: number): boolean {
  return (state?.parts ?? []).some(
    (part) =>
      (part.arc === null || part.arc === arc) &&
      state !== undefined &&
      (part.part === 'utilisation' || isCongestion(state, part, utilisationLimit)),
  );
}

/** More down links than this are not told apart as the reason of an overload. */
const MAX_SUSPECTS = 8;

/**
 * The down links without which the arc would carry less: each is opened again in a twin of its own. Empty when the
 * overload has nothing to do with links that are down.
 */
export function downLinksBehind(
  twin: Twin,
  condition: Condition,
  tunnels: readonly PinnedRoute[],
  opened: Map<string, Twin>,
  arc: number,
): string[] {
  const nowBps = twin.loadBps[arc] as number;
  const reliefBps = (link: string): number => {
    const again = opened.get(link) ?? withClosed(twin, openedAgain(twin, link), tunnels);
    opened.set(link, again);
    return nowBps - (again.loadBps[arc] as number);
  };
  const least = 0.001 * (twin.graph.capacityBps[arc] as number);
  return condition.downLinks.slice(0, MAX_SUSPECTS).filter((link) => reliefBps(link) > least);
}

function openedAgain(twin: Twin, link: string): Uint8Array {
  return Uint8Array.from(twin.closed, (closed, arc) => (twin.linkOf[arc] === link ? 0 : closed));
}

/** When an overload began: its measured part, else the newest of the links that went down before it. */
export function overloadEpochMs(twin: Twin, link: string, downLinks: readonly string[]): number {
  const state = twin.states.get(link);
  const part = state?.parts.find((one) => one.part === 'utilisation');
  const downSince = downLinks.map((id) => twin.states.get(id)?.sinceMs ?? 0);
  // The link that went down comes first: the measured part is raised a few samples later, for the same cause.
  return downSince.length > 0 ? Math.max(...downSince) : (part?.sinceMs ?? state?.sinceMs ?? 0);
}

/** The score parts of these links that lost points, in network order. */
export function partsOf(network: NetworkIndex, twin: Twin, links: readonly string[]) {
  const wanted = new Set(links);
  return network.network.links
    .filter((link) => wanted.has(link.id))
    .flatMap((link) => twin.states.get(link.id)?.parts ?? []);
}
