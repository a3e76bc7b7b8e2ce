import type { NetworkIndex } from '../../topology/model.ts';
import { nodeNumber, type Twin } from '../twin/twin.ts';
import { crosses } from './board.ts';
import { downLinksBehind, identifyCause, type KnownCause, overloadEpochMs, overloadIsMeasured } from './causes.ts';
import { Drafts, partitionAround } from './draft.ts';
import { keptOff, linksToKeepEmpty } from './keep-off.ts';
import type { PlanInput } from './plan.ts';
import { isSameCause, type Proposal } from './proposal.ts';
import type { Placement, Problem, Solver } from './solver.ts';

/** Everything a look for causes needs. */
export interface Investigation {
  readonly network: NetworkIndex;
  readonly input: PlanInput;
  readonly problem: Problem;
  readonly solver: Solver;
  readonly standing: readonly Proposal[];
}

/**
 * Finds the causes in order of weight (bad links, overload, partitions) and has the solver deal with each. What is left
 * where it is then may be kept off links that flap.
 */
export function investigate(investigation: Investigation): Drafts {
  const drafts = new Drafts();
  leaveBadLinks(investigation, drafts);
  relieveOverload(investigation, drafts);
  leaveWornLinks(investigation, drafts);
  nameLostTraffic(investigation, drafts);
  nameSplits(investigation, drafts);
  keepOffFlapping(investigation, drafts);
  return drafts;
}

/** Gives a cause its identity. In a look at one proposal all other causes are left alone, as if they were settled. */
function identify(
  at: Investigation,
  kind: 'unhealthy' | 'overload' | 'down',
  links: string[],
  epochMs: number,
  by: readonly string[] = [],
): KnownCause {
  const { input, network, standing } = at;
  const known = identifyCause(network.network.name, input, standing, { kind, links, epochMs }, by);
  if (input.anew === undefined) return known;
  const isWanted = input.open.some(({ id, cause }) => id === input.anew && isSameCause(cause, known.cause));
  return { ...known, settled: known.settled || !isWanted };
}

/** All demands on bad arcs move together, the largest first; each belongs to the first bad link on its way. */
function leaveBadLinks(at: Investigation, drafts: Drafts): void {
  const { board, condition } = at.problem;
  leaveLinks(at, drafts, board.crossing(condition.bad));
}

/**
 * Links that have lost a little for long: what crosses them leaves where there is room, after all else, and what finds
 * none stays without a word, as a little loss is no reason to call people.
 */
function leaveWornLinks(at: Investigation, drafts: Drafts): void {
  const { board, condition } = at.problem;
  if (!condition.lasting.includes(1)) return;
  const problem = leavingLoss(at.problem, condition.lasting);
  const decided = board.decisions();
  const demands = board.crossing(condition.lasting).filter((index) => !decided.has(index));
  const found = new Drafts();
  leaveLinks({ ...at, problem }, found, demands);
  drafts.proofs.push(...found.proofs);
  for (const { known, placements } of found.all()) drafts.add(known, { placements, stuck: [] });
}

/** Traffic grows by a third within hours, or half an hour: so far below the limit a little loss may fill a link. */
const ROOM_TO_GROW = 0.75;

/**
 * The problem with these arcs, which lose a little, as what traffic has to leave; what is bad besides takes no new traffic, and
 * nothing is filled to its limit for it: what the traffic brings above that soon costs more than a little loss.
 */
function leavingLoss(problem: Problem, arcs: Uint8Array): Problem {
  const { condition, limits } = problem;
  const shunned = condition.shunned.map((mark, arc) => (mark || condition.bad[arc] ? 1 : 0));
  const utilisationLimit = ROOM_TO_GROW * limits.utilisationLimit;
  return { ...problem, condition: { ...condition, bad: arcs, shunned }, limits: { ...limits, utilisationLimit } };
}

function leaveLinks(at: Investigation, drafts: Drafts, demands: readonly number[]): void {
  const causes = new Map<string, KnownCause>();
  const causeOf = (link: string): KnownCause => {
    const since = at.problem.board.twin.states.get(link)?.sinceMs ?? 0;
    const known = causes.get(link) ?? identify(at, 'unhealthy', [link], since);
    causes.set(link, known);
    return known;
  };
  const owner = new Map<number, KnownCause>();
  for (const index of demands) {
    const known = causeOf(firstBadLink(at.problem, index));
    if (!known.settled) owner.set(index, known);
  }
  const solution = at.solver.leave(at.problem, [...owner.keys()]);
  if (solution.proof) drafts.proofs.push(solution.proof);
  for (const known of causes.values()) {
    const mine = (entry: { readonly index: number }) => owner.get(entry.index) === known;
    drafts.add(known, { placements: solution.placements.filter(mine), stuck: solution.stuck.filter(mine) });
  }
}

function firstBadLink(problem: Problem, index: number): string {
  const { board, condition } = problem;
  for (const path of board.pathsOf(index)) {
    const bad = path.arcs.find((arc) => condition.bad[arc]);
    if (bad !== undefined) return board.twin.linkOf[bad] as string;
  }
  throw new RangeError(`demand ${index} crosses no bad link`);
}

/** Arcs above the limit, the fullest first, where the figures confirm it or a link that went down explains it. */
function relieveOverload(at: Investigation, drafts: Drafts): void {
  const { problem } = at;
  const opened = new Map<string, Twin>();
  const causes = new Map<number, KnownCause>();
  for (const arc of overfullArcs(problem)) {
    const { twin } = problem.board;
    const link = twin.linkOf[arc] as string;
    const behind = downLinksBehind(twin, problem.condition, at.input.tunnels, opened, arc);
    const id = twin.graph.arcIds[arc] as string;
    const measured = overloadIsMeasured(twin.states.get(link), id, problem.limits.utilisationLimit);
    if (!measured && behind.length === 0) continue;
    const known = identify(at, 'overload', [link], overloadEpochMs(twin, link, behind), behind);
    if (!known.settled && isOverfull(problem, arc)) causes.set(arc, known);
  }
  const owner = ownersOf(at, causes);
  const solution = at.solver.relieve(problem, [...causes.keys()]);
  if (solution.proof) drafts.proofs.push(solution.proof);
  const stuck = new Map(solution.stuck.map((entry) => [entry.index, entry]));
  for (const [arc, known] of causes) {
    const placements = solution.placements.filter(({ index }) => owner.get(index) === known);
    // What is stuck holds up every arc that is still overfull, not only the first one on its way.
    const left = isOverfull(problem, arc) ? crossingOf(problem, arc).flatMap((index) => stuck.get(index) ?? []) : [];
    drafts.add(known, { placements, stuck: left });
  }
}

/** Each demand on an overfull arc belongs to the fullest of them on its way. */
function ownersOf({ problem }: Investigation, causes: ReadonlyMap<number, KnownCause>): Map<number, KnownCause> {
  const owner = new Map<number, KnownCause>();
  for (const [arc, known] of causes) {
    for (const index of crossingOf(problem, arc)) if (!owner.has(index)) owner.set(index, known);
  }
  return owner;
}

/** Demands on the arc as things are intended, by index. */
function crossingOf({ board }: Problem, arc: number): number[] {
  const marked = new Uint8Array(board.loadBps.length);
  marked[arc] = 1;
  return board.crossing(marked);
}

function overfullArcs(problem: Problem): number[] {
  const { board, condition } = problem;
  const { twin } = board;
  return twin.graph.arcIds
    .map((_id, arc) => arc)
    .filter((arc) => !twin.closed[arc] && !twin.stale[arc] && !condition.bad[arc] && isOverfull(problem, arc))
    .sort((x, y) => board.utilisation(y) - board.utilisation(x) || x - y);
}

function isOverfull({ board, limits }: Problem, arc: number): boolean {
  return board.utilisation(arc) > limits.utilisationLimit * (1 + 1e-9);
}

/** Routers lead traffic back onto a link that flaps each time it is up: explicit paths keep it off while it is down. */
function keepOffFlapping(at: Investigation, drafts: Drafts): void {
  const { board } = at.problem;
  if (at.input.realisation === 'metrics') return;
  const links = linksToKeepEmpty(at.network, at.problem, at.input.actsAtOnce === true);
  for (const [link, placements] of keptOff(at.problem, links, at.input.tunnels)) {
    const known = identify(at, 'unhealthy', [link], board.twin.states.get(link)?.sinceMs ?? 0);
    if (known.settled) continue;
    const held = heldWithoutLoss(at, placements);
    for (const { index, to } of held) board.route(index, to);
    drafts.add(known, { placements: held, stuck: [] });
  }
}

/** What would be held on a way that loses packets is held on one that loses none, where there is room on such a way. */
function heldWithoutLoss({ problem, solver }: Investigation, placements: readonly Placement[]): Placement[] {
  const { lossy } = problem.condition;
  const losing = placements.flatMap(({ index, to }) => (crosses(to, lossy) ? [index] : []));
  if (losing.length === 0) return [...placements];
  const found = solver.leave(leavingLoss(problem, lossy), losing).placements;
  const better = new Map(found.map((placement) => [placement.index, placement]));
  return placements.map((placement) => better.get(placement.index) ?? placement);
}

/** Traffic that no way is left for: nothing to reroute, but the links that cut it off can be named. */
function nameLostTraffic(at: Investigation, drafts: Drafts): void {
  const { twin } = at.problem.board;
  const around = new Map<number, ReturnType<typeof partitionAround>>();
  for (const index of twin.lost) {
    const demand = twin.demands[index] as (typeof twin.demands)[number];
    const source = nodeNumber(twin.graph, demand.source);
    const partition = around.get(source) ?? partitionAround(twin, source);
    around.set(source, partition);
    const down = partition.links.filter((link) => at.problem.condition.downLinks.includes(link));
    // Cut off without a fault: in pieces by design, or by an operator's hand.
    if (down.length === 0) continue;
    const known = identifySplit(at, down, partition.links);
    if (known.settled) continue;
    const draft = drafts.of(known);
    draft.lost.push(index);
    addToCut(draft.cuts, partition, demand);
  }
}

/** Links whose loss has split the network, with or without known traffic between the pieces. */
function nameSplits(at: Investigation, drafts: Drafts): void {
  const { twin } = at.problem.board;
  const { downLinks } = at.problem.condition;
  for (const id of downLinks) {
    const link = at.network.linkById.get(id);
    if (!link) continue;
    const partition = partitionAround(twin, nodeNumber(twin.graph, link.a));
    if (partition.reached[nodeNumber(twin.graph, link.z)]) continue;
    const down = partition.links.filter((one) => downLinks.includes(one));
    const known = identifySplit(at, down, partition.links);
    const draft = known.settled ? null : drafts.of(known);
    if (draft && draft.cuts.length === 0) draft.cuts.push(newCut(partition));
  }
}

function identifySplit(at: Investigation, down: string[], cut: readonly string[]): KnownCause {
  const { states } = at.problem.board.twin;
  return identify(at, 'down', down, Math.max(...down.map((link) => states.get(link)?.sinceMs ?? 0)), cut);
}

function addToCut(
  cuts: { links: string[]; nodes: string[]; demands: string[]; bps: number; reason: string }[],
  partition: { links: string[]; nodes: string[] },
  demand: { id: string; bps: number },
): void {
  const cut = cuts[0] ?? newCut(partition);
  cut.demands.push(demand.id);
  cut.bps += demand.bps;
  cuts[0] = cut;
}

function newCut({ links, nodes }: { links: string[]; nodes: string[] }) {
  const reason = `no link is left between ${nodes.length} nodes and the rest: ${links.join(', ')} down`;
  return { links, nodes, demands: [] as string[], bps: 0, reason };
}
