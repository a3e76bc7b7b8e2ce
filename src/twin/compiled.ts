import type { TwinGraph } from './graph.ts';

/**
 * The graph as flat arrays for the hot loops (compressed sparse rows). Nodes and arcs are numbered in the order of
 * the graph; `outArcs` and `inArcs` list the arcs by tail and by head.
 */
export interface CompiledGraph {
  readonly nodeCount: number;
  readonly arcCount: number;
  readonly nodeIds: readonly string[];
  readonly arcIds: readonly string[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly arcIndex: ReadonlyMap<string, number>;
  readonly tail: Int32Array;
  readonly head: Int32Array;
  /** bit/s, ms (one way) and IGP cost per arc; costs too small to be seen in the cost of a path are raised until seen. */
  readonly capacityBps: Float64Array;
  readonly latencyMs: Float64Array;
  readonly metric: Float64Array;
  /** Arcs that leave node n are `outArcs[outStart[n]]` up to, not including, `outArcs[outStart[n + 1]]`. */
  readonly outStart: Int32Array;
  readonly outArcs: Int32Array;
  /** Head of each of `outArcs`: spares a look-up per arc in the hot loops. */
  readonly outHead: Int32Array;
  readonly inStart: Int32Array;
  readonly inArcs: Int32Array;
  /** Tail of each of `inArcs`. */
  readonly inTail: Int32Array;
}

/** What a compiled graph is made of; figures per arc in the order of `arcIds`. */
export interface GraphParts {
  readonly nodeIds: readonly string[];
  readonly arcIds: readonly string[];
  readonly tail: Int32Array;
  readonly head: Int32Array;
  readonly capacityBps: Float64Array;
  readonly latencyMs: Float64Array;
  readonly metric: Float64Array;
}

export function compileGraph(graph: TwinGraph): CompiledGraph {
  const nodeIds = graph.nodes();
  const number = new Map(nodeIds.map((id, index) => [id, index]));
  const arcIds = graph.edges();
  const attributes = arcIds.map((id) => graph.getEdgeAttributes(id));
  return assembleGraph({
    nodeIds,
    arcIds,
    tail: Int32Array.from(arcIds, (id) => number.get(graph.source(id)) as number),
    head: Int32Array.from(arcIds, (id) => number.get(graph.target(id)) as number),
    capacityBps: Float64Array.from(attributes, (arc) => arc.capacityBps),
    latencyMs: Float64Array.from(attributes, (arc) => arc.latencyMs),
    metric: visibleMetrics(
      attributes.map((arc) => arc.metric),
      nodeIds.length,
    ),
  });
}

/** Adds what is looked up: numbers by id, arcs by their ends. */
export function assembleGraph(parts: GraphParts): CompiledGraph {
  const { nodeIds, arcIds, tail, head } = parts;
  const out = rowsBy(tail, nodeIds.length);
  const into = rowsBy(head, nodeIds.length);
  return {
    ...parts,
    nodeCount: nodeIds.length,
    arcCount: arcIds.length,
    nodeIndex: new Map(nodeIds.map((id, index) => [id, index])),
    arcIndex: new Map(arcIds.map((id, index) => [id, index])),
    outStart: out.start,
    outArcs: out.members,
    outHead: out.members.map((arc) => head[arc] as number),
    inStart: into.start,
    inArcs: into.members,
    inTail: into.members.map((arc) => tail[arc] as number),
  };
}

/**
 * Adding a metric to the cost of a path must make it larger, or a node would seem as near as its next hop and ECMP
 * could not tell up from down. Below this floor double precision loses it; no real metric comes near.
 */
function visibleMetrics(metrics: readonly number[], nodeCount: number): Float64Array {
  const highest = metrics.reduce((most, metric) => Math.max(most, metric), 0);
  const floor = highest * nodeCount * 2 * Number.EPSILON;
  return Float64Array.from(metrics, (metric) => Math.max(metric, floor));
}

/** Groups 0..owner.length-1 by owner (counting sort): members of n are `members[start[n]..start[n + 1])`. */
function rowsBy(owner: Int32Array, ownerCount: number): { start: Int32Array; members: Int32Array } {
  const start = new Int32Array(ownerCount + 1);
  for (const node of owner) start[node + 1] = (start[node + 1] as number) + 1;
  for (let node = 0; node < ownerCount; node += 1)
    start[node + 1] = (start[node + 1] as number) + (start[node] as number);
  const next = start.slice(0, ownerCount);
  const members = new Int32Array(owner.length);
  owner.forEach((node, member) => {
    const slot = next[node] as number;
    members[slot] = member;
    next[node] = slot + 1;
  });
  return { start, members };
}
