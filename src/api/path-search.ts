import type { Network } from '../../topology/model.ts';
import type { Direction } from '../core/ids.ts';
import { HEALTH_STATES, type HealthState, type LinkState } from '../health/link-state.ts';
import { type CompiledGraph, compileGraph } from '../twin/compiled.ts';
import { routeTo } from '../twin/ecmp.ts';
import { ecmpPaths } from '../twin/equal-paths.ts';
import { buildGraph } from '../twin/graph.ts';
import { kShortestPaths } from '../twin/k-shortest.ts';
import { ShortestPaths } from '../twin/shortest-path.ts';
import type { Paths } from './schemas/paths.ts';

/** Most equal-cost paths that are listed. */
const MAX_ECMP_PATHS = 16;

/** States that keep a link out of alternatives; a stale one is no way round either. */
const AVOIDED: readonly HealthState[] = ['unhealthy', 'down', 'stale'];

type PathFacts = Paths['alternatives'][number];

/** Answers where traffic goes and could go; built once per network. */
export class PathSearch {
  readonly #graph: CompiledGraph;
  readonly #paths: ShortestPaths;
  readonly #linkOf: readonly string[];
  readonly #directionOf: readonly Direction[];

  constructor(network: Network) {
    const graph = buildGraph(network);
    this.#graph = compileGraph(graph);
    this.#paths = new ShortestPaths(this.#graph);
    this.#linkOf = this.#graph.arcIds.map((arc) => graph.getEdgeAttribute(arc, 'linkId'));
    this.#directionOf = this.#graph.arcIds.map((arc) => (arc.endsWith(':az') ? 'az' : 'za'));
  }

  /** Both nodes must be of the network, and differ. */
  between(from: string, to: string, count: number, states: ReadonlyMap<string, LinkState>): Paths {
    const source = this.#graph.nodeIndex.get(from) as number;
    const target = this.#graph.nodeIndex.get(to) as number;
    const stateOf = this.#linkOf.map((linkId) => states.get(linkId));
    const routing = routeTo(this.#paths, target, this.#closed(this.#graph.metric, stateOf, isCut));
    const latency = this.#latencies(stateOf);
    const open = this.#closed(latency, stateOf, isAvoided);
    const describe = (arcs: readonly number[]) => this.#describe(arcs, latency, stateOf);
    return {
      from,
      to,
      igp: ecmpPaths(routing, this.#graph, source, MAX_ECMP_PATHS).map(({ share, arcs }) => ({
        share,
        ...describe(arcs),
      })),
      alternatives: kShortestPaths(this.#paths, source, target, open, count).map(describe),
      avoided: [...states.values()].filter(isAvoided).map(({ linkId }) => linkId),
    };
  }

  #closed(
    cost: Float64Array,
    stateOf: readonly (LinkState | undefined)[],
    closes: (state: LinkState) => boolean,
  ): Float64Array {
    return cost.map((value, arc) => {
      const state = stateOf[arc];
      return state && closes(state) ? Infinity : value;
    });
  }

  #latencies(stateOf: readonly (LinkState | undefined)[]): Float64Array {
    return this.#graph.latencyMs.map(
      (onFile, arc) => stateOf[arc]?.arcs[this.#directionOf[arc] as Direction].latencyMs ?? onFile,
    );
  }

  #describe(arcs: readonly number[], latency: Float64Array, stateOf: readonly (LinkState | undefined)[]): PathFacts {
    const { tail, head, nodeIds, arcIds, metric } = this.#graph;
    const utilisations = arcs.flatMap(
      (arc) => stateOf[arc]?.arcs[this.#directionOf[arc] as Direction].utilisation ?? [],
    );
    const ranks = arcs.map((arc) => HEALTH_STATES.indexOf(stateOf[arc]?.state ?? 'stale'));
    const first = nodeIds[tail[arcs[0] as number] as number] as string;
    return {
      arcs: arcs.map((arc) => arcIds[arc] as string),
      nodes: [first, ...arcs.map((arc) => nodeIds[head[arc] as number] as string)],
      latencyMs: sum(arcs, latency),
      metric: sum(arcs, metric),
      worstUtilisation: utilisations.length > 0 ? Math.max(...utilisations) : null,
      worstState: HEALTH_STATES[Math.max(...ranks)] as HealthState,
    };
  }
}

/** The IGP takes a link out when it is down or was shut; a stale one is taken to be as it was. */
function isCut(state: LinkState): boolean {
  return state.state === 'down' || state.adminDown;
}

function isAvoided(state: LinkState): boolean {
  return state.adminDown || AVOIDED.includes(state.state);
}

function sum(arcs: readonly number[], of: Float64Array): number {
  return arcs.reduce((total, arc) => total + (of[arc] as number), 0);
}
