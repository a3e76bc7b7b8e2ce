import { formatBps, formatRatio } from '../core/units.ts';
import type { CompiledGraph } from '../twin/compiled.ts';
import { headroomBps } from './board.ts';
import type { Problem, StuckCut } from './solver.ts';
import { isDamped } from './stability/flaps.ts';

/**
 * Largest flow from source to target with these arc capacities, stopping once `enough` is reached (augmenting along
 * shortest paths: Edmonds and Karp 1972). `reached` marks the source side of a minimum cut when it stopped short.
 */
export function maxFlow(
  graph: CompiledGraph,
  capacity: Float64Array,
  source: number,
  target: number,
  enough = Infinity,
): { bps: number; reached: Uint8Array } {
  const flow = new Float64Array(graph.arcCount);
  let total = 0;
  for (;;) {
    const { via, reached } = residualTree(graph, capacity, flow, source);
    if (!reached[target] || total >= enough) return { bps: total, reached };
    total += augment(graph, capacity, flow, via, source, target);
  }
}

/** Breadth first over arcs with room and arcs whose flow can be taken back; `via` is arc + 1, negative backwards. */
function residualTree(
  graph: CompiledGraph,
  capacity: Float64Array,
  flow: Float64Array,
  source: number,
): { via: Int32Array; reached: Uint8Array } {
  const via = new Int32Array(graph.nodeCount);
  const reached = new Uint8Array(graph.nodeCount);
  const queue = [source];
  reached[source] = 1;
  const visit = (node: number, step: number): void => {
    if (reached[node]) return;
    reached[node] = 1;
    via[node] = step;
    queue.push(node);
  };
  // The queue grows while it is read.
  for (const node of queue) {
    for (const arc of graph.outArcs.subarray(graph.outStart[node], graph.outStart[node + 1])) {
      if (roomOf(capacity, flow, arc) > 0) visit(graph.head[arc] as number, arc + 1);
    }
    for (const arc of graph.inArcs.subarray(graph.inStart[node], graph.inStart[node + 1])) {
      if ((flow[arc] as number) > 0) visit(graph.tail[arc] as number, -(arc + 1));
    }
  }
  return { via, reached };
}

/** Room below a millionth of the capacity is rounding. */
function roomOf(capacity: Float64Array, flow: Float64Array, arc: number): number {
  const room = (capacity[arc] as number) - (flow[arc] as number);
  return room > (capacity[arc] as number) * 1e-9 ? room : 0;
}

function augment(
  graph: CompiledGraph,
  capacity: Float64Array,
  flow: Float64Array,
  via: Int32Array,
  source: number,
  target: number,
): number {
  const steps: number[] = [];
  for (let node = target; node !== source; ) {
    const step = via[node] as number;
    steps.push(step);
    node = (step > 0 ? graph.tail[step - 1] : graph.head[-step - 1]) as number;
  }
  const roomOn = (step: number) => (step > 0 ? roomOf(capacity, flow, step - 1) : (flow[-step - 1] as number));
  const bps = Math.min(...steps.map(roomOn));
  for (const step of steps) {
    const arc = Math.abs(step) - 1;
    flow[arc] = (flow[arc] as number) + (step > 0 ? bps : -bps);
  }
  return bps;
}

/** The cut that keeps `bps` of traffic from getting from source to target on usable arcs within the limit. */
export function cutBetween(
  problem: Problem,
  usable: (arc: number) => boolean,
  source: number,
  target: number,
  bps: number,
): StuckCut | null {
  const { board, limits } = problem;
  const { graph } = board.twin;
  const room = Float64Array.from(graph.arcIds, (_id, arc) =>
    usable(arc) ? headroomBps(board, arc, limits.utilisationLimit) : 0,
  );
  const whole = maxFlow(graph, room, source, target, bps);
  if (!whole.reached[target]) return describeCut(problem, whole.reached, room, bps, whole.bps, bps);
  // There is room in sum, but not on two ways: one of two ways has to take half.
  for (const piece of [bps / 2, bps]) {
    const wide = room.map((free) => (free >= piece ? 1 : 0));
    const { reached } = maxFlow(graph, wide, source, target, 1);
    if (!reached[target]) return describeCut(problem, reached, room, bps, null, piece);
  }
  return null;
}

function describeCut(
  problem: Problem,
  reached: Uint8Array,
  room: Float64Array,
  bps: number,
  freeBps: number | null,
  pieceBps: number,
): StuckCut {
  const { twin } = problem.board;
  const { graph } = twin;
  const arcs = graph.arcIds
    .map((_id, arc) => arc)
    .filter((arc) => reached[graph.tail[arc] as number] && !reached[graph.head[arc] as number]);
  const links = [...new Set(arcs.map((arc) => twin.linkOf[arc] as string))].sort();
  const nodes = graph.nodeIds.map((_id, node) => node).filter((node) => reached[node]);
  const states = links.map((link) => `${link} (${stateWord(problem, link)})`).join(', ');
  return { links, nodes, reason: cutSentence(states, arcs, room, { bps, freeBps, pieceBps }, problem) };
}

function cutSentence(
  states: string,
  arcs: readonly number[],
  room: Float64Array,
  need: { bps: number; freeBps: number | null; pieceBps: number },
  problem: Problem,
): string {
  if (arcs.length === 0) return 'no link leads there at all';
  if (arcs.every((arc) => room[arc] === 0)) return `every way crosses ${states}, and none of them can take traffic`;
  const limit = formatRatio(problem.limits.utilisationLimit);
  if (need.freeBps === null)
    return `every way crosses ${states}, and none of them has ${formatBps(need.pieceBps)} free below ${limit}`;
  return `every way crosses ${states}: ${formatBps(need.freeBps)} free below ${limit}, ${formatBps(need.bps)} needed`;
}

function stateWord(problem: Problem, link: string): string {
  const state = problem.board.twin.states.get(link);
  if (!state) return 'never heard from';
  const { twin } = problem.board;
  const isShunned = twin.linkOf.some((one, arc) => one === link && problem.condition.shunned[arc]);
  if (isShunned && isDamped(state)) return `${state.state}, but it keeps changing`;
  return state.adminDown ? 'shut by its operator' : state.state;
}
