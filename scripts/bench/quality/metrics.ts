import { createRng } from '../../../src/core/rng.ts';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { IgpRouting } from '../../../src/telemetry/simulator/igp.ts';
import { type CompiledGraph, compileGraph } from '../../../src/twin/compiled.ts';
import { addLoads } from '../../../src/twin/ecmp.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import type { Network } from '../../../topology/model.ts';
import { type Measure, measure, percentile } from '../harness.ts';
import type { BenchNetwork } from '../networks.ts';
import { type BaseState, baseState, LEVELS } from './base.ts';
import type { Failure } from './failures.ts';
import { situationOf } from './situation.ts';

/** Larger networks would take most of the time. */
const MOST_NODES = 200;
const CASES_PER_NETWORK = 12;

interface Compared {
  /** MLU by metrics over MLU by explicit paths. */
  readonly mluRatio: number;
  /** Largest difference between the plan's MLU and the one that the simulator's routing gives, relative. */
  readonly difference: number;
}

/** Plans by metric changes against plans by explicit paths, and their promise against the simulator's routing. */
export async function metricsFigures(
  networks: readonly BenchNetwork[],
  budgetMs: number,
  signal: AbortSignal,
): Promise<Measure[]> {
  const untilMs = performance.now() + budgetMs;
  const compared: Compared[] = [];
  const rng = createRng(1);
  for (const [at, network] of networks.entries()) {
    if (network.network.nodes.length > MOST_NODES) continue;
    // What is left of the time is shared by the networks that are left.
    const shareMs = (untilMs - performance.now()) / (networks.length - at);
    const stopMs = performance.now() + shareMs;
    const base = baseState(network, 'igp', 1, rng.pick(LEVELS));
    compared.push(...(await compareSome(base, () => signal.aborted || performance.now() > stopMs)));
  }
  const ratios = compared.map(({ mluRatio }) => mluRatio);
  const row = (metric: string, value: number, unit: string, bounds: { must?: number; aim?: number } = {}) =>
    measure({ bench: 'quality', metric: `metrics-${metric}`, value, unit, better: 'lower', ...bounds });
  return [
    row('cases', compared.length, 'cases'),
    row('mlu-over-explicit-p50', percentile(ratios, 0.5), 'ratio'),
    row('mlu-over-explicit-p95', percentile(ratios, 0.95), 'ratio', { aim: 1.15 }),
    row(
      'prediction-difference-max',
      percentile(
        compared.map(({ difference }) => difference),
        1,
      ),
      'relative',
      {
        must: 1e-9,
      },
    ),
  ];
}

async function compareSome(base: BaseState, isOver: () => boolean): Promise<Compared[]> {
  const found: Compared[] = [];
  for (const failure of base.failures) {
    if (found.length >= CASES_PER_NETWORK || isOver()) break;
    const one = situationOf(base, failure) && (await compare(base, failure));
    if (one) found.push(one);
  }
  return found;
}

async function compare(base: BaseState, failure: Failure): Promise<Compared | null> {
  const ask = (realise: 'explicit' | 'metrics'): Promise<DetourPlan> =>
    makePlan({
      network: base.network.network,
      graph: base.graph,
      demands: base.demands,
      failed: failure.links,
      limit: base.level.limit,
      base: 'igp',
      realise,
    });
  const explicit = await ask('explicit');
  if (explicit.moves.length === 0) return null;
  const metrics = await ask('metrics');
  if (metrics.realisation !== 'metrics') return null;
  const simulated = simulatedMlu(base, failure, metrics);
  return {
    mluRatio: metrics.after.mlu / explicit.after.mlu,
    difference: Math.abs(simulated - metrics.after.mlu) / metrics.after.mlu,
  };
}

/** MLU when the simulator routes with the plan's metrics. */
function simulatedMlu(base: BaseState, failure: Failure, plan: DetourPlan): number {
  const graph = compileGraph(buildGraph(withMetrics(base.network.network, plan)));
  const routing = new IgpRouting(graph);
  const dead = failure.links
    .flatMap((link) => [`${link}:az`, `${link}:za`])
    .map((id) => graph.arcIndex.get(id) as number);
  routing.close(dead);
  const loadBps = simulate(base, graph, routing);
  return loadBps.reduce((most, bps, arc) => Math.max(most, bps / (graph.capacityBps[arc] as number)), 0);
}

function simulate(base: BaseState, graph: CompiledGraph, routing: IgpRouting): Float64Array {
  const loadBps = new Float64Array(graph.arcCount);
  const byTarget = new Map<number, Float64Array>();
  for (const { source, target, bps } of base.ends) {
    if (!routing.reaches(source, target)) continue;
    const into = byTarget.get(target) ?? new Float64Array(graph.nodeCount);
    into[source] = (into[source] as number) + bps;
    byTarget.set(target, into);
  }
  for (const [target, into] of byTarget) addLoads(routing.to(target), graph, into, loadBps);
  return loadBps;
}

function withMetrics(network: Network, { metricChanges }: DetourPlan): Network {
  const changed = new Map(metricChanges.map(({ arc, to }) => [arc, to]));
  const links = network.links.map((link) => ({
    ...link,
    metric: {
      az: changed.get(`${link.id}:az`) ?? link.metric.az,
      za: changed.get(`${link.id}:za`) ?? link.metric.za,
    },
  }));
  return { ...network, links };
}
