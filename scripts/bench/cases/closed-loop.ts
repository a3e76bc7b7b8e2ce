import type { PlanLimits } from '../../../src/reroute/plan.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { loadNetwork } from '../../../topology/files.ts';
import type { Network } from '../../../topology/model.ts';
import { linesOf, measuresOfLoop } from '../closed-loop/report.ts';
import { playLoop } from '../closed-loop/run.ts';
import { type Bench, type BenchOptions, type Measure, numberFlag } from '../harness.ts';
import { benchNetworks } from '../networks.ts';

/** As the service has them where nobody sets anything else (src/config/schema.ts, src/main/planning.ts). */
const LIMITS: PlanLimits = {
  utilisationLimit: 0.8,
  holdMargin: 0.05,
  holdMs: 30_000,
  maxStaleShare: 0.1,
  maxDemandAgeMs: 60_000,
  stability: DEFAULT_STABILITY,
};
const PLANS = { planIntervalMs: 120_000, planSpacingMs: 5_000 } as const;
/** A Monday, 00:00 UTC. */
const START_MS = Date.UTC(2024, 0, 1);
const DAY_SECONDS = 86_400;
const TICKS = { busy: 10, quiet: 60 } as const;
const QUICK_DAYS = 3;
const FULL_DAYS = { demo: 30, calibrated: 365 } as const;
const SEED = 1;

/** Days of the simulated network with nobody, with Detour in automatic mode, and with one who knows the truth. */
export const bench: Bench = {
  name: 'closed-loop',
  summary: 'lost and overloaded traffic of simulated days: IGP alone, Detour automatic, oracle; harmful changes',
  limitMs: 4 * 60 * 60_000,
  async *run(options) {
    const { full, flags } = options;
    const days = numberFlag(flags, 'days');
    const scenarios = flags.scenario?.split(',') ?? (full ? Object.keys(FULL_DAYS) : ['demo']);
    for (const scenario of scenarios) {
      const usual = full && scenario in FULL_DAYS ? FULL_DAYS[scenario as keyof typeof FULL_DAYS] : QUICK_DAYS;
      yield* await played(scenario, days ?? usual, options);
      if (options.signal.aborted) return;
    }
  },
};

async function played(name: string, days: number, { flags, signal }: BenchOptions): Promise<Measure[]> {
  const network = await networkOf(flags.networks ?? 'backbone-100', flags.data);
  const scenario = await loadScenario(name);
  const longestSeconds = numberFlag(flags, 'tick');
  const seed = numberFlag(flags, 'seed') ?? SEED;
  const tickSeconds = longestSeconds === null ? TICKS : { busy: longestSeconds, quiet: longestSeconds };
  const minutes = numberFlag(flags, 'minutes') ?? Infinity;
  const startedMs = performance.now();
  const result = await playLoop({
    world: { network, demands: null, scenario, seed, startMs: START_MS, tickSeconds },
    detour: { limits: LIMITS, ...PLANS, seed, longestSeconds: longestSeconds ?? TICKS.quiet },
    seconds: Math.round(days * DAY_SECONDS),
    isOver: () => signal.aborted || performance.now() - startedMs > minutes * 60_000,
    progress: (line) => process.stderr.write(`${name}, ${line}\n`),
  });
  for (const line of linesOf(result)) process.stderr.write(`${name}: ${line}\n`);
  return measuresOfLoop(name, result);
}

/** A shipped network, or one of the folder with reference networks. */
async function networkOf(name: string, data: string | undefined): Promise<Network> {
  if (data === undefined) return (await loadNetwork(name)).network;
  const found = (await benchNetworks(data)).find((each) => each.name === name);
  if (!found) throw new RangeError(`--networks: ${data} has no network "${name}"`);
  return found.network;
}
