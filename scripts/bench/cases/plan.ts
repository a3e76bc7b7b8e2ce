import { createRng } from '../../../src/core/rng.ts';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { type Bench, type BenchOptions, type Measure, measure, percentile } from '../harness.ts';
import { type BenchNetwork, benchNetworks, gravityDemands, scaleToMlu } from '../networks.ts';
import { failuresOf } from '../quality/failures.ts';

const DEMANDS = 10_000;
const WARM_UP = 5;
/** So that there is work in every case: the hottest arc is above the limit before anything fails. */
const BASE_MLU = 0.9;
const LIMIT = 0.8;
/** Failures of a network without `--full`. */
const SAMPLE = 150;
/** Without `--full` no network takes longer. */
const NETWORK_MS = 100_000;

const CASES = [
  { network: 'zoo/TataNld', name: 'tatanld', must: 200, aim: 50 },
  { network: 'Kdl', name: 'kdl', must: 1000, aim: 250 },
  { network: 'backbone-100', name: 'backbone-100' },
] as const;

/** From the compiled twin to a whole plan: routes, moves, certificates, steps. Single links, nodes and risk groups. */
export const bench: Bench = {
  name: 'plan',
  summary: 'compiled twin to plan with certificate and steps, 10,000 demands, p95 over single failures',
  run: async function* (options) {
    const networks = await benchNetworks(options.flags.data);
    for (const { network, name, ...bounds } of CASES) {
      const found = networks.find((candidate) => candidate.name === network);
      yield* figures(name, found ? await elapsed(found, options) : null, bounds);
    }
  },
};

interface Run {
  readonly elapsedMs: number;
  /** Time of this process alone: what others do on the machine does not count. */
  readonly cpuMs: number;
  readonly moves: number;
}

function figures(name: string, runs: Run[] | null, bounds: { must?: number; aim?: number }): Measure[] {
  const report = (metric: string, value: number, unit: string, limits = {}): Measure =>
    measure({ bench: 'plan', metric: `${name}-${metric}`, value, unit, better: 'lower', ...limits });
  // A network that is not there was not measured; that is no success.
  if (!runs) return [report('p95', Number.NaN, 'ms', bounds)];
  const times = runs.map((run) => run.elapsedMs);
  const busy = runs.filter((run) => run.moves > 0);
  return [
    report('p95', percentile(times, 0.95), 'ms', bounds),
    report('p50', percentile(times, 0.5), 'ms'),
    report('max', Math.max(...times), 'ms'),
    report(
      'cpu-p95',
      percentile(
        runs.map((run) => run.cpuMs),
        0.95,
      ),
      'ms',
    ),
    report(
      'cpu-p50',
      percentile(
        runs.map((run) => run.cpuMs),
        0.5,
      ),
      'ms',
    ),
    report(
      'moves-p95',
      percentile(
        runs.map((run) => run.moves),
        0.95,
      ),
      'moves',
    ),
    report('failures', runs.length, 'cases'),
    report('failures-with-moves', busy.length, 'cases'),
  ];
}

async function elapsed({ network }: BenchNetwork, { full, signal }: BenchOptions): Promise<Run[]> {
  const graph = compileGraph(buildGraph(network));
  const demands = scaleToMlu(network, gravityDemands(network, 1, DEMANDS), BASE_MLU);
  const failures = failuresOf(network, 0, createRng(1)).slice(0, full ? Infinity : WARM_UP + SAMPLE);
  const runs: Run[] = [];
  const startedMs = performance.now();
  for (const { links } of failures) {
    if (signal.aborted || (!full && performance.now() - startedMs > NETWORK_MS)) break;
    const beganMs = performance.now();
    const cpu = process.cpuUsage();
    const plan = await makePlan({ network, graph, demands, failed: links, limit: LIMIT, base: 'igp' });
    const elapsedMs = performance.now() - beganMs;
    const { user, system } = process.cpuUsage(cpu);
    runs.push({ elapsedMs, cpuMs: (user + system) / 1000, moves: plan.moves.length });
  }
  return runs.slice(Math.min(WARM_UP, runs.length - 1));
}
