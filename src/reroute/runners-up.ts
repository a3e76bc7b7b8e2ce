import { formatRatio } from '../core/units.ts';
import type { ArcPath } from '../twin/arc-path.ts';
import type { CompiledGraph } from '../twin/compiled.ts';
import type { ShortestPaths } from '../twin/shortest-path.ts';
import { fits } from './board.ts';
import { arcCost, pathCost, pathLatencyMs } from './cost.ts';
import type { Problem, Rejected } from './solver.ts';
import { isDamped } from './stability/flaps.ts';

const MAX_RUNNERS_UP = 3;

/** One move's question: who else could have carried `bps` from source to target. */
export interface Contest {
  readonly source: number;
  readonly target: number;
  readonly bps: number;
  /** Paths that won. */
  readonly taken: readonly (readonly number[])[];
  /** Paths that were left. */
  readonly left: readonly ArcPath[];
}

/**
 * The best paths that were not taken, each with the reason why. They are real paths of the network, limits and
 * health aside: for every open arc the cheapest path through it, from one search tree per end, the cheapest first.
 * Without `searched` only the path that was left is judged.
 */
export function runnersUp(problem: Problem, contest: Contest, searched = true): Rejected[] {
  const seen = new Set(contest.taken.map(String));
  const rejected: Rejected[] = [];
  const consider = (arcs: readonly number[]): void => {
    if (arcs.length === 0 || seen.has(String(arcs)) || rejected.length >= MAX_RUNNERS_UP) return;
    seen.add(String(arcs));
    rejected.push(judge(problem, contest, arcs));
  };
  if (contest.left[0]) consider(contest.left[0].arcs);
  if (!searched) return rejected;
  for (const arcs of pathsByDetour(problem, contest)) {
    if (rejected.length >= MAX_RUNNERS_UP) break;
    consider(arcs);
  }
  return rejected;
}

function* pathsByDetour(problem: Problem, contest: Contest): Generator<number[]> {
  const { board, condition } = problem;
  const { graph, search, onward, closed } = board.twin;
  const cost = new Float64Array(graph.arcCount);
  for (let arc = 0; arc < graph.arcCount; arc += 1) {
    cost[arc] = closed[arc] ? Infinity : arcCost(graph, condition, board.loadBps, arc, contest.bps);
  }
  onward.to(contest.target, cost);
  search.from(contest.source, cost);
  const through = Float64Array.from(
    cost,
    (own, arc) =>
      (search.distance[graph.tail[arc] as number] as number) +
      own +
      (onward.distance[graph.head[arc] as number] as number),
  );
  // Few are asked for, so the next cheapest is looked for each time instead of sorting them all.
  for (let arc = indexOfLeast(through); through[arc] !== Infinity; arc = indexOfLeast(through)) {
    through[arc] = Infinity;
    const path = joinPath(graph, search, onward, arc);
    if (isSimple(graph, path)) yield path;
  }
}

function indexOfLeast(values: Float64Array): number {
  let least = 0;
  for (let at = 1; at < values.length; at += 1) {
    if ((values[at] as number) < (values[least] as number)) least = at;
  }
  return least;
}

function joinPath(graph: CompiledGraph, search: ShortestPaths, onward: ShortestPaths, arc: number): number[] {
  const path = [...(search.pathTo(graph.tail[arc] as number) ?? []), arc];
  for (let node = graph.head[arc] as number; (onward.via[node] as number) >= 0; ) {
    const next = onward.via[node] as number;
    path.push(next);
    node = graph.head[next] as number;
  }
  return path;
}

function isSimple(graph: CompiledGraph, arcs: readonly number[]): boolean {
  const nodes = new Set([graph.tail[arcs[0] as number], ...arcs.map((arc) => graph.head[arc])]);
  return nodes.size === arcs.length + 1;
}

function judge(problem: Problem, contest: Contest, arcs: readonly number[]): Rejected {
  const { board, condition } = problem;
  const { graph } = board.twin;
  return {
    arcs,
    latencyMs: pathLatencyMs(graph, arcs),
    cost: pathCost(graph, condition, board.loadBps, arcs, contest.bps),
    reason: exclusion(problem, contest, arcs) ?? comparison(problem, contest, arcs),
  };
}

/** Why the path may not be used at all; null when it may. */
function exclusion(problem: Problem, contest: Contest, arcs: readonly number[]): string | null {
  const { board, condition, limits } = problem;
  const { twin } = board;
  const shunned = arcs.find((arc) => condition.shunned[arc]);
  if (shunned !== undefined) {
    const link = twin.linkOf[shunned] as string;
    const state = twin.states.get(link);
    const risk = condition.atRisk?.get(link);
    if (risk !== undefined) return `crosses link ${link}, which ${risk}`;
    if (state && isDamped(state)) return `crosses link ${link}, which keeps changing`;
    return `crosses ${state?.adminDown ? 'shut' : (state?.state ?? 'stale')} link ${link}`;
  }
  const full = arcs.find((arc) => !fits(board, arc, contest.bps, limits.utilisationLimit));
  if (full === undefined) return null;
  const utilisation = ((board.loadBps[full] as number) + contest.bps) / (twin.graph.capacityBps[full] as number);
  const limit = formatRatio(limits.utilisationLimit);
  return `arc ${twin.graph.arcIds[full]} would reach ${formatRatio(utilisation)}, above the limit of ${limit}`;
}

/** What made it cost more than the path that won: the largest difference among the terms of the cost. */
function comparison(problem: Problem, contest: Contest, arcs: readonly number[]): string {
  const { board, condition } = problem;
  const { graph, linkOf } = board.twin;
  const won = contest.taken[0] ?? [];
  const conduit = arcs.find((arc) => condition.risky[arc] && !won.includes(arc));
  const worn = arcs.find((arc) => condition.worn[arc] && !won.includes(arc));
  if (worn !== undefined) return `crosses degraded link ${linkOf[worn]}`;
  if (conduit !== undefined) return `link ${linkOf[conduit]} shares a conduit with a bad link`;
  const longerMs = pathLatencyMs(graph, arcs) - pathLatencyMs(graph, won);
  const costlierBy =
    pathCost(graph, condition, board.loadBps, arcs, contest.bps) -
    pathCost(graph, condition, board.loadBps, won, contest.bps);
  if (longerMs > 0 && longerMs >= costlierBy / 2) return `longer by ${longerMs.toFixed(1)} ms`;
  const [fuller, fullest] = [arcs, won].map((path) => fullestArc(problem, contest, path)) as [Fullest, Fullest];
  if (fuller.utilisation > fullest.utilisation)
    return `arc ${graph.arcIds[fuller.arc]} would be at ${formatRatio(fuller.utilisation)}, the chosen path at most at ${formatRatio(fullest.utilisation)}`;
  if (costlierBy > 0) return `costs more by ${costlierBy.toFixed(1)} ms (delay, and load counted as delay)`;
  return 'no better for the network once all moves are counted together';
}

interface Fullest {
  readonly arc: number;
  readonly utilisation: number;
}

function fullestArc(problem: Problem, contest: Contest, arcs: readonly number[]): Fullest {
  const { board } = problem;
  const after = (arc: number) =>
    ((board.loadBps[arc] as number) + contest.bps) / (board.twin.graph.capacityBps[arc] as number);
  return arcs.reduce<Fullest>(
    (fullest, arc) => (after(arc) > fullest.utilisation ? { arc, utilisation: after(arc) } : fullest),
    { arc: arcs[0] ?? 0, utilisation: 0 },
  );
}
