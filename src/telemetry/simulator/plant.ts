import type { Network } from '../../../topology/model.ts';
import { arcId, DIRECTIONS } from '../../core/ids.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';

/** Links by number beside the arcs of the compiled graph. */
export interface LinkTable {
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Arc numbers of each link: `[az, za]`. */
  readonly arcs: readonly (readonly [number, number])[];
  readonly linkOfArc: Int32Array;
  /** Node numbers of the ends. */
  readonly a: Int32Array;
  readonly z: Int32Array;
  /** Links that a fibre cut at each link takes down: the members of its risk groups, else itself. */
  readonly cutWith: readonly (readonly number[])[];
  readonly bySrlg: ReadonlyMap<string, readonly number[]>;
}

export function tableOfLinks(network: Network, graph: CompiledGraph): LinkTable {
  const arcs = network.links.map((link) => {
    const [az, za] = DIRECTIONS.map((direction) => graph.arcIndex.get(arcId(link.id, direction)) as number);
    return [az as number, za as number] as const;
  });
  const linkOfArc = new Int32Array(graph.arcCount);
  arcs.forEach((pair, link) => {
    for (const arc of pair) linkOfArc[arc] = link;
  });
  const bySrlg = new Map<string, number[]>();
  network.links.forEach((link, index) => {
    for (const srlg of link.srlgs) bySrlg.set(srlg, [...(bySrlg.get(srlg) ?? []), index]);
  });
  return {
    ids: network.links.map((link) => link.id),
    indexOf: new Map(network.links.map((link, index) => [link.id, index])),
    arcs,
    linkOfArc,
    a: Int32Array.from(network.links, (link) => graph.nodeIndex.get(link.a) as number),
    z: Int32Array.from(network.links, (link) => graph.nodeIndex.get(link.z) as number),
    // One trench is dug up at a time, so a cut takes the first risk group of a link, not all of them.
    cutWith: network.links.map((link, index) => bySrlg.get(link.srlgs[0] ?? '') ?? [index]),
    bySrlg,
  };
}

/** Number of pieces the network is in without the closed links (union-find). */
export function componentsWithout(links: LinkTable, nodeCount: number, closed: ReadonlySet<number>): number {
  const parent = Int32Array.from({ length: nodeCount }, (_, node) => node);
  const root = (node: number): number => {
    let at = node;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  let pieces = nodeCount;
  links.ids.forEach((_id, link) => {
    if (closed.has(link)) return;
    const [a, z] = [root(links.a[link] as number), root(links.z[link] as number)];
    if (a === z) return;
    parent[a] = z;
    pieces -= 1;
  });
  return pieces;
}

/** What is broken at the moment, as faults have it. */
export interface PlantState {
  /** 1 where the link is up, per link. */
  readonly linkUp: Uint8Array;
  /** Share of packets that the wire loses, per arc. */
  readonly corruption: Float64Array;
  /** Factor on what nodes send and receive, per node. */
  readonly sourceFactor: Float64Array;
  readonly targetFactor: Float64Array;
  /** 1 where the operator has shut the link (it is not up then either), per link. */
  readonly shut: Uint8Array;
  /** Share of the time that a flapping link is down, per link. */
  readonly flapShare: Float64Array;
  /** 1 where what the wire loses is not even counted as an error, per arc. */
  readonly isSilent: Uint8Array;
  /** Share of the packets that the sending router drops although the arc has room, per arc. */
  readonly throttled: Float64Array;
  /** On top of the way's own, per arc. */
  readonly extraLatencyMs: Float64Array;
  /** Light that is missing at the receiver, per arc. */
  readonly rxDropDb: Float64Array;
  /** How far the bit error rate has come, on its log scale, from its usual (0) to the correction limit (1), per arc. */
  readonly bitErrorRise: Float64Array;
  /** 0 the usual, 1 all there is, per node. */
  readonly cpuRise: Float64Array;
  readonly temperatureRiseCelsius: Float64Array;
  /** Of the card that the sending interface of each arc is on. */
  readonly cardRiseCelsius: Float64Array;
}

export function intactPlant(linkCount: number, arcCount: number, nodeCount: number): PlantState {
  return {
    linkUp: new Uint8Array(linkCount).fill(1),
    corruption: new Float64Array(arcCount),
    sourceFactor: new Float64Array(nodeCount).fill(1),
    targetFactor: new Float64Array(nodeCount).fill(1),
    shut: new Uint8Array(linkCount),
    flapShare: new Float64Array(linkCount),
    isSilent: new Uint8Array(arcCount),
    throttled: new Float64Array(arcCount),
    extraLatencyMs: new Float64Array(arcCount),
    rxDropDb: new Float64Array(arcCount),
    bitErrorRise: new Float64Array(arcCount),
    cpuRise: new Float64Array(nodeCount),
    temperatureRiseCelsius: new Float64Array(nodeCount),
    cardRiseCelsius: new Float64Array(arcCount),
  };
}
