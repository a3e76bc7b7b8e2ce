import { type CompiledGraph, compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { type Demand, indexNetwork, type NetworkIndex } from '../../../topology/model.ts';
import { type BenchNetwork, gravityDemands, scaleToMlu } from '../networks.ts';
import { type Failure, failuresOfSeed } from './failures.ts';
import { type Ends, endsOf, IgpNetwork } from './routes.ts';

export const PLAN_BASES = ['igp', 'pinned'] as const;
export type PlanBase = (typeof PLAN_BASES)[number];

/** Base utilisation and limit of a run, as the measure names them. */
export const LEVELS = [
  { mlu: 0.7, limit: 0.8 },
  { mlu: 0.7, limit: 1 },
  { mlu: 0.8, limit: 1 },
  { mlu: 0.9, limit: 1 },
  { mlu: 0.95, limit: 1 },
] as const;
export type Level = (typeof LEVELS)[number];

/** Networks beyond this get a sample of the pairs of nodes. */
const ALL_PAIRS_NODES = 250;
const SAMPLED_DEMANDS = 10_000;

/** One network with one traffic at one utilisation, before anything fails. */
export interface BaseState {
  readonly network: BenchNetwork;
  readonly index: NetworkIndex;
  readonly graph: CompiledGraph;
  readonly base: PlanBase;
  readonly seed: number;
  readonly level: Level;
  /** With `paths` where the base is pinned. */
  readonly demands: readonly Demand[];
  readonly ends: readonly Ends[];
  /** Routing of the whole network, and its loads. */
  readonly intact: IgpNetwork;
  readonly intactBps: Float64Array;
  readonly failures: readonly Failure[];
}

export function baseState(network: BenchNetwork, base: PlanBase, seed: number, level: Level): BaseState {
  const graph = compileGraph(buildGraph(network.network));
  const scaled = scaleToMlu(network.network, trafficOf(network, seed), level.mlu);
  const intact = new IgpNetwork(graph, new Uint8Array(graph.arcCount).fill(1));
  const ends = endsOf(graph, scaled);
  const demands = base === 'pinned' ? scaled.map((demand, at) => pinned(demand, ends[at] as Ends, intact)) : scaled;
  return {
    network,
    index: indexNetwork(network.network),
    graph,
    base,
    seed,
    level,
    demands,
    ends,
    intact,
    intactBps: intact.loads(ends).loadBps,
    failures: failuresOfSeed(network.network, seed),
  };
}

/** The network's own matrices, far from each other first; gravity where there are no more. */
function trafficOf({ network, matrices }: BenchNetwork, seed: number): readonly Demand[] {
  if (seed <= matrices.length) return matrices[((seed - 1) * strideOf(matrices.length)) % matrices.length] ?? [];
  return gravityDemands(network, seed, network.nodes.length > ALL_PAIRS_NODES ? SAMPLED_DEMANDS : Infinity);
}

/** About a fifth of so many, so that steps of it come to each of them once. */
function strideOf(count: number): number {
  const common = (x: number, y: number): number => (y === 0 ? x : common(y, x % y));
  let stride = Math.ceil(count / 5);
  while (common(stride, count) !== 1) stride += 1;
  return stride;
}

function pinned(demand: Demand, ends: Ends, intact: IgpNetwork): Demand {
  const { graph } = intact;
  const paths = intact.paths(ends).map(({ share, arcs }) => ({
    share,
    arcs: arcs.map((arc) => graph.arcIds[arc] as string),
  }));
  return { ...demand, paths };
}
