import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { IgpRouting } from '../../../src/telemetry/simulator/igp.ts';
import { type CompiledGraph, compileGraph } from '../../../src/twin/compiled.ts';
import { addLoads } from '../../../src/twin/ecmp.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import type { Network } from '../../../topology/model.ts';
import { addPaths } from './naive.ts';
import type { MetricsOutcome } from './record.ts';
import type { Situation } from './situation.ts';

/** The same case by metric changes, and its promised loads against the simulator's routing; null on a pinned base. */
export async function metricsOf(situation: Situation): Promise<MetricsOutcome | null> {
  const { base, failure } = situation;
  if (base.base !== 'igp') return null;
  const plan = await makePlan({
    network: base.network.network,
    graph: base.graph,
    demands: base.demands,
    failed: failure.links,
    limit: base.level.limit,
    base: 'igp',
    realise: 'metrics',
  });
  if (plan.realisation !== 'metrics') return null;
  const promised = promisedBps(situation, plan);
  const simulated = simulatedBps(situation, plan);
  const highest = simulated.reduce((most, bps) => Math.max(most, bps), 1);
  const worst = simulated.reduce((most, bps, arc) => Math.max(most, Math.abs(bps - (promised[arc] as number))), 0);
  return { mlu: plan.after.mlu, changes: plan.metricChanges.length, loadDifference: worst / highest };
}

/** Loads as the plan's moves say, bit/s per arc. */
function promisedBps({ base, igpBps }: Situation, { moves }: DetourPlan): Float64Array {
  const loadBps = igpBps.slice();
  const bpsOf = new Map(base.demands.map(({ id, bps }) => [id, bps]));
  for (const { demand, from, to } of moves) {
    const bps = bpsOf.get(demand) ?? 0;
    addPaths(base.graph, loadBps, from, -bps);
    addPaths(base.graph, loadBps, to, bps);
  }
  return loadBps;
}

/** Loads when the simulator routes with the plan's metrics, bit/s per arc. */
function simulatedBps({ base, failure }: Situation, plan: DetourPlan): Float64Array {
  const graph = compileGraph(buildGraph(withMetrics(base.network.network, plan)));
  const routing = new IgpRouting(graph);
  const dead = failure.links.flatMap((link) => [`${link}:az`, `${link}:za`]);
  routing.close(dead.map((id) => graph.arcIndex.get(id) as number));
  return carried(base.ends, graph, routing);
}

function carried(ends: Situation['base']['ends'], graph: CompiledGraph, routing: IgpRouting): Float64Array {
  const loadBps = new Float64Array(graph.arcCount);
  const byTarget = new Map<number, Float64Array>();
  for (const { source, target, bps } of ends) {
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
