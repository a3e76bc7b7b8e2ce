import { type CompiledGraph, compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { type FailureScenario, singleFailures } from '../../../src/twin/scenarios.ts';
import { sweep } from '../../../src/twin/sweep.ts';
import { generateBackbone } from '../../../topology/generate/index.ts';
import type { Demand } from '../../../topology/model.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';
import { benchBackbone, gravityDemands, igpLoads } from '../networks.ts';

const REPEATS = 3;
/** Scenarios that are also routed from scratch: for the ratio, and to see that the loads agree. */
const SAMPLE = 6;
const SIZES = [100, 200, 500, 1000, 2000];
const DEMANDS = 10_000;
/** Links of a backbone that are swept, evenly chosen; the time of all of them follows from that. */
const LINKS = 300;

/**
 * All single failures of Kdl (754 nodes; a generated backbone of that size where the data is missing) with gravity
 * demands between all pairs of nodes, and how the time grows over generated backbones with 10,000 demands each.
 */
export const bench: Bench = {
  name: 'n-1',
  summary: 'every single failure with the loads that follow: time, growth, ratio to routing from scratch',
  async *run({ full, signal }) {
    const network = await benchBackbone();
    const graph = compileGraph(buildGraph(network));
    const demands = gravityDemands(network, 1);
    const links = singleFailures(network, graph, ['link']);
    const usedBefore = process.cpuUsage();
    const times = Array.from({ length: full ? REPEATS + 2 : REPEATS }, () => sweepMs(graph, demands, links));
    const linksMs = percentile(times, 0.5);
    const { user, system } = process.cpuUsage(usedBefore);
    const ms = { bench: 'n-1', unit: 'ms', better: 'lower' } as const;
    const name = network.name.toLowerCase();
    yield measure({ ...ms, metric: `${name}-links`, value: linksMs, must: 10_000, aim: 2500 });
    yield measure({ ...ms, metric: `${name}-links-fastest`, value: Math.min(...times) });
    // What it takes on a machine that does nothing else.
    yield measure({ ...ms, metric: `${name}-links-processor`, value: (user + system) / 1000 / times.length });
    const nodes = singleFailures(network, graph, ['node']);
    yield measure({ ...ms, metric: `${name}-nodes`, value: sweepMs(graph, demands, nodes) });
    yield* againstScratch(graph, demands, links, linksMs);
    const points: [number, number][] = [];
    for (const routers of SIZES) {
      if (signal.aborted) return;
      const value = backboneMs(routers);
      points.push([routers, value]);
      yield measure({ ...ms, metric: `backbone-${routers}-links`, value });
    }
    const growth = { bench: 'n-1', unit: 'exponent', better: 'lower' } as const;
    yield measure({ ...growth, metric: 'growth', value: slope(points) });
  },
};

function sweepMs(graph: CompiledGraph, demands: readonly Demand[], scenarios: readonly FailureScenario[]): number {
  const startedMs = performance.now();
  let count = 0;
  for (const { mlu } of sweep(graph, demands, scenarios)) if (mlu >= 0) count += 1;
  if (count !== scenarios.length) throw new Error('the sweep left scenarios out');
  return performance.now() - startedMs;
}

function* againstScratch(
  graph: CompiledGraph,
  demands: readonly Demand[],
  scenarios: readonly FailureScenario[],
  swept: number,
): Generator<Measure> {
  const sample = scenarios.filter((_, at) => at % Math.ceil(scenarios.length / SAMPLE) === 0);
  const repaired = Array.from(sweep(graph, demands, sample), ({ loadBps }) => loadBps.slice());
  const elapsed: number[] = [];
  let worst = 0;
  for (const [at, { arcs }] of sample.entries()) {
    const cost = graph.metric.slice();
    for (const arc of arcs) cost[arc] = Infinity;
    const startedMs = performance.now();
    const scratch = igpLoads(graph, demands, cost);
    elapsed.push(performance.now() - startedMs);
    const most = scratch.reduce((highest, load) => Math.max(highest, load), 0);
    scratch.forEach((load, arc) => {
      worst = Math.max(worst, Math.abs(load - (repaired[at]?.[arc] ?? Number.NaN)) / most);
    });
  }
  const scratchMs = percentile(elapsed, 0.5) * scenarios.length;
  const report = { bench: 'n-1', metric: 'against-scratch', unit: 'x', better: 'higher' } as const;
  yield measure({ ...report, value: scratchMs / swept });
  yield measure({ ...report, metric: 'load-difference', unit: 'of-max', better: 'lower', value: worst, must: 1e-9 });
}

function backboneMs(routers: number): number {
  const network = generateBackbone({ seed: 1, routers, name: `backbone-${routers}` });
  const graph = compileGraph(buildGraph(network));
  const demands = gravityDemands(network, 1, DEMANDS);
  const links = singleFailures(network, graph, ['link']);
  const sample = links.filter((_, at) => at % Math.ceil(links.length / LINKS) === 0);
  return (sweepMs(graph, demands, sample) * links.length) / sample.length;
}

/** Exponent of a power law through the points: slope of the least-squares line between the logarithms. */
function slope(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(logs.map(([one]) => one)), mean(logs.map(([, one]) => one))];
  const rise = logs.reduce((sum, [one, other]) => sum + (one - x) * (other - y), 0);
  return rise / logs.reduce((sum, [one]) => sum + (one - x) ** 2, 0);
}
