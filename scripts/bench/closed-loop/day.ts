import type { PlanLimits } from '../../../src/reroute/plan.ts';
import { DEFAULT_STABILITY } from '../../../src/reroute/stability/settings.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { loadNetwork } from '../../../topology/files.ts';
import type { Network } from '../../../topology/model.ts';
import { benchNetworks } from '../networks.ts';
import { type LoopResult, playLoop } from './run.ts';

/** A day of a world, or a part of one; days are worlds of their own, so that they can be played at the same time. */
export interface Day {
  readonly scenario: string;
  /** Of the whole run; each day draws from it. */
  readonly seed: number;
  /** 0 is the first. */
  readonly day: number;
  readonly seconds: number;
  readonly network: string;
  /** Folder of reference networks; undefined where it is a shipped one. */
  readonly data: string | undefined;
  /** Seconds between two ticks, throughout; null for ticks that follow the events. */
  readonly tick: number | null;
}

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
export const DAY_SECONDS = 86_400;
const TICKS = { busy: 10, quiet: 60 } as const;
/** Far beyond any seed that people name. */
const SEED_STEP = 1_000_003;

/** Plays it. `isOver` ends it before its time. */
export async function playDay(
  { scenario, seed, day, seconds, network, data, tick }: Day,
  isOver: () => boolean,
  progress: (playedSeconds: number, line: string) => void,
): Promise<LoopResult> {
  const ofDay = seed + day * SEED_STEP;
  const startMs = START_MS + day * DAY_SECONDS * 1000;
  return playLoop({
    world: {
      ...{ network: await networkOf(network, data), demands: null, scenario: await loadScenario(scenario) },
      ...{ seed: ofDay, startMs, tickSeconds: tick === null ? TICKS : { busy: tick, quiet: tick } },
    },
    detour: { limits: LIMITS, ...PLANS, seed: ofDay, longestSeconds: tick ?? TICKS.quiet },
    ...{ seconds, isOver, progress },
  });
}

/** A shipped network, or one of the folder with reference networks. */
async function networkOf(name: string, data: string | undefined): Promise<Network> {
  if (data === undefined) return (await loadNetwork(name)).network;
  const found = (await benchNetworks(data)).find((each) => each.name === name);
  if (!found) throw new RangeError(`--networks: ${data} has no network "${name}"`);
  return found.network;
}
