import { createRng } from '../../../src/core/rng.ts';
import { type CompiledGraph, compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { estimateMatrix, loadsOf } from '../../../src/twin/matrix/estimate.ts';
import { type RoutingMatrix, routingMatrix } from '../../../src/twin/matrix/routing-matrix.ts';
import type { Demand, Network } from '../../../topology/model.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';
import { benchNetworks, gravityDemands } from '../networks.ts';

/** Larger ones have more pairs than an estimate needs to show anything new. */
const MAX_NODES = 200;
const QUICK_CASES = 2;
const FULL_CASES = 20;
/** Interface counters and the real split differ from the model by about this much (relative, one sigma). */
const LOAD_NOISE = 0.01;

interface Outcome {
  /** Sum of |estimate - truth| over sum of truth. */
  readonly prior: number;
  readonly fitted: number;
  /** The same for the loads that the estimate gives after a link has failed. */
  readonly afterFailure: number;
  readonly elapsedMs: number;
}

/** How far estimated traffic matrices are from true ones, where the truth is known. */
export const bench: Bench = {
  name: 'matrix',
  summary: 'error of traffic matrices estimated from link loads, on networks whose true matrix is known',
  async *run({ full, flags, signal }) {
    for (const { name, network, matrices } of await benchNetworks(flags.data)) {
      if (network.nodes.length > MAX_NODES || signal.aborted) continue;
      const cases = full ? FULL_CASES : QUICK_CASES;
      const truths =
        matrices.length > 0
          ? evenly(matrices, cases)
          : Array.from({ length: cases }, (_, seed) => disturbed(gravityDemands(network, seed + 1), seed + 1));
      yield* figures(name, outcomes(network, truths));
    }
  },
};

function figures(name: string, results: readonly Outcome[]): Measure[] {
  const report = (metric: string, pick: (outcome: Outcome) => number, unit: string): Measure =>
    measure({
      bench: 'matrix',
      metric: `${name}-${metric}`,
      value: percentile(results.map(pick), 0.5),
      unit,
      better: 'lower',
    });
  return [
    report('gravity-error', (one) => one.prior, 'ratio'),
    report('demand-error', (one) => one.fitted, 'ratio'),
    report('load-error-after-failure', (one) => one.afterFailure, 'ratio'),
    report('estimate', (one) => one.elapsedMs, 'ms'),
  ];
}

function outcomes(network: Network, truths: readonly (readonly Demand[])[]): Outcome[] {
  const graph = compileGraph(buildGraph(network));
  const ends = [...new Set(truths.flatMap((demands) => demands.flatMap(({ source, target }) => [source, target])))];
  const matrix = routingMatrix(
    graph,
    graph.metric,
    ends.map((id) => graph.nodeIndex.get(id) as number),
  );
  return truths.map((demands, index) => outcome(graph, matrix, demands, createRng(index + 77)));
}

function outcome(
  graph: CompiledGraph,
  matrix: RoutingMatrix,
  demands: readonly Demand[],
  rng: ReturnType<typeof createRng>,
): Outcome {
  const truth = vectorOf(graph, matrix, demands);
  const loadBps = loadsOf(matrix, truth, graph.arcCount).map((load) => load * Math.exp(LOAD_NOISE * rng.normal()));
  const mass = capacityMasses(graph);
  const prior = estimateMatrix(matrix, { mass, loadBps, maxRounds: 0 });
  const startedMs = performance.now();
  const fitted = estimateMatrix(matrix, { mass, loadBps, accuracy: LOAD_NOISE / 2 });
  const elapsedMs = performance.now() - startedMs;
  return {
    prior: relative(prior.bps, truth),
    fitted: relative(fitted.bps, truth),
    afterFailure: afterFailure(graph, matrix, truth, fitted.bps, rng),
    elapsedMs,
  };
}

/** Without knowledge of the nodes: what a node can send grows with the capacity of its links. */
function capacityMasses(graph: CompiledGraph): Float64Array {
  const mass = new Float64Array(graph.nodeCount);
  graph.capacityBps.forEach((bps, arc) => {
    const node = graph.tail[arc] as number;
    mass[node] = (mass[node] as number) + bps;
  });
  return mass;
}

/** Loads on the surviving arcs after the busiest of a few random arcs has failed: what a planner uses a matrix for. */
function afterFailure(
  graph: CompiledGraph,
  matrix: RoutingMatrix,
  truth: Float64Array,
  estimate: Float64Array,
  rng: ReturnType<typeof createRng>,
): number {
  const loads = loadsOf(matrix, truth, graph.arcCount);
  const candidates = Array.from({ length: 8 }, () => rng.below(graph.arcCount));
  const failed = candidates.reduce((most, arc) => ((loads[arc] as number) > (loads[most] as number) ? arc : most));
  const link = (graph.arcIds[failed] as string).slice(0, -3);
  const cost = graph.metric.map((metric, arc) => (graph.arcIds[arc]?.slice(0, -3) === link ? Infinity : metric));
  const ends = [...new Set(matrix.pairs.flatMap(({ source, target }) => [source, target]))];
  const after = routingMatrix(graph, cost, ends);
  const at = new Map(matrix.pairs.map(({ source, target }, pair) => [source * graph.nodeCount + target, pair]));
  const pick = (bps: Float64Array) =>
    Float64Array.from(after.pairs, ({ source, target }) => bps[at.get(source * graph.nodeCount + target) ?? -1] ?? 0);
  return relative(loadsOf(after, pick(estimate), graph.arcCount), loadsOf(after, pick(truth), graph.arcCount));
}

function relative(values: Float64Array, truth: Float64Array): number {
  const total = truth.reduce((sum, value) => sum + value, 0);
  return values.reduce((sum, value, index) => sum + Math.abs(value - (truth[index] as number)), 0) / total;
}

function vectorOf(graph: CompiledGraph, matrix: RoutingMatrix, demands: readonly Demand[]): Float64Array {
  const byPair = new Map<string, number>();
  for (const { source, target, bps } of demands) {
    const key = `${source}\n${target}`;
    byPair.set(key, (byPair.get(key) ?? 0) + bps);
  }
  const id = (node: number) => graph.nodeIds[node] as string;
  return Float64Array.from(matrix.pairs, ({ source, target }) => byPair.get(`${id(source)}\n${id(target)}`) ?? 0);
}

/** Real matrices are no perfect gravity: each demand is off by a log-normal factor (sigma 0.5). */
function disturbed(demands: readonly Demand[], seed: number): Demand[] {
  const rng = createRng(seed).fork('disturbance');
  return demands.map((demand) => ({ ...demand, bps: demand.bps * Math.exp(0.5 * rng.normal()) }));
}

function evenly<T>(items: readonly T[], count: number): T[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, index) => index % step === 0).slice(0, count);
}
