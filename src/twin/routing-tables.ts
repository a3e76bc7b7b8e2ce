import type { Network } from '../../topology/model.ts';
import { parseArcId } from '../core/ids.ts';
import { type CompiledGraph, compileGraph } from './compiled.ts';
import { routeTo, type TargetRouting } from './ecmp.ts';
import { buildGraph } from './graph.ts';
import { ShortestPaths } from './shortest-path.ts';

/** IGP routing towards any target (by node number) over one set of open arcs; computed when first asked for. */
export type RoutingTable = (target: number) => TargetRouting;

/** Twins of one plan: the network as it is, and with each of a few links opened again. */
const KEPT_TOPOLOGIES = 12;
/** All targets of all topologies of a network of this size take about 64 MB; of larger ones nothing is kept. */
const MAX_KEPT_NODES = 500;

/**
 * IGP routing by which arcs are closed: of a graph that stays the same, only these change it. The topologies used last
 * are kept, as plans follow each other within seconds and links go up and down less often.
 */
export class RoutingTables {
  readonly #graph: CompiledGraph;
  readonly #search: ShortestPaths;
  /** By the numbers of the closed arcs, the one used last at the end. */
  readonly #tables = new Map<string, RoutingTable>();

  constructor(graph: CompiledGraph) {
    this.#graph = graph;
    this.#search = new ShortestPaths(graph);
  }

  /** `closed` is 1 per closed arc. */
  over(closed: Uint8Array): RoutingTable {
    const key = closedArcs(closed).join();
    const table = this.#tables.get(key) ?? this.#newTable(closed);
    this.#tables.delete(key);
    if (this.#graph.nodeCount <= MAX_KEPT_NODES) this.#tables.set(key, table);
    const [oldest] = this.#tables.keys();
    if (this.#tables.size > KEPT_TOPOLOGIES) this.#tables.delete(oldest as string);
    return table;
  }

  #newTable(closed: Uint8Array): RoutingTable {
    const cost = igpCosts(this.#graph, closed);
    const known: (TargetRouting | undefined)[] = [];
    return (target) => {
      const routed = known[target] ?? routeTo(this.#search, target, cost);
      known[target] = routed;
      return routed;
    };
  }
}

function closedArcs(closed: Uint8Array): number[] {
  const arcs: number[] = [];
  for (let arc = 0; arc < closed.length; arc += 1) if (closed[arc]) arcs.push(arc);
  return arcs;
}

/** IGP metric per arc; Infinity where closed. */
export function igpCosts({ metric }: CompiledGraph, closed: Uint8Array): Float64Array {
  return metric.map((cost, arc) => (closed[arc] ? Infinity : cost));
}

export interface NetworkRouting {
  /** With capacities as on file. */
  readonly graph: CompiledGraph;
  /** Link id of each arc. */
  readonly linkOf: readonly string[];
  readonly tables: RoutingTables;
}

const ROUTINGS = new WeakMap<Network, NetworkRouting>();

/** The network compiled, and its routing; worked out once for an object, as networks are not changed but replaced. */
export function routingOfNetwork(network: Network): NetworkRouting {
  const known = ROUTINGS.get(network);
  if (known) return known;
  const graph = compileGraph(buildGraph(network));
  const linkOf = graph.arcIds.map((id) => parseArcId(id)?.linkId ?? id);
  const made = { graph, linkOf, tables: new RoutingTables(graph) };
  ROUTINGS.set(network, made);
  return made;
}
