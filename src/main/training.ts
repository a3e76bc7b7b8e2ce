import { execFileSync } from 'node:child_process';
import { loadNetwork } from '../../topology/files.ts';
import { generateBackbone } from '../../topology/generate/index.ts';
import type { Network } from '../../topology/model.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { DetourError } from '../core/errors.ts';
import { PACKAGE_ROOT } from '../core/paths.ts';
import { ClosedHistory } from '../history/duckdb/closed.ts';
import { DAY_MS, type HistoryReader, HOUR_MS } from '../history/history.ts';
import { PrometheusHistory } from '../history/prometheus/history.ts';
import { type ModelCard, type ModelKind, yardstickOf } from '../predict/registry/card.ts';
import type { ModelRegistry } from '../predict/registry/registry.ts';
import { learnForecast } from '../predict/training/forecast.ts';
import { learnRisk, type OnProgress, tryRisk } from '../predict/training/risk.ts';
import { saveForecast, saveRisk } from '../predict/training/save.ts';
import { historyWorld, type TrainingWorld } from '../predict/training/world.ts';
import { runOffline } from '../telemetry/simulator/offline/run.ts';
import { loadScenario } from '../telemetry/simulator/scenario.ts';
import { retentionFrom } from './history-role.ts';

/** A Monday: weeks of simulated worlds begin like those of people. */
const SIMULATED_FROM_MS = Date.UTC(2026, 0, 5);
/** Of an installation's own history the last part is for the test, behind a gap that no window bridges. */
const TEST_SHARE = 0.25;
const GAP_MS = 6 * HOUR_MS;
/** Less than this teaches nothing. */
const LEAST_DAYS = 3;

export interface TrainingData {
  readonly learn: readonly TrainingWorld[];
  readonly test: readonly TrainingWorld[];
  /** For forecasts, which look back for weeks, the whole time of each: they part it themselves. */
  readonly whole: { readonly learn: readonly TrainingWorld[]; readonly test: readonly TrainingWorld[] };
  close(): Promise<void>;
}

export interface SimulatedWorlds {
  readonly networks: readonly string[];
  readonly scenario: string;
  readonly days: number;
  readonly seeds: readonly number[];
  /** A whole network and a seed that nothing is learnt from. */
  readonly testNetwork: string;
  readonly testSeed: number;
}

/** Worlds of the offline simulator. */
export async function simulatedData(wanted: SimulatedWorlds): Promise<TrainingData> {
  const scenario = await loadScenario(wanted.scenario);
  const world = async (name: string, seed: number): Promise<TrainingWorld> => {
    const network = await networkOf(name);
    const [fromMs, toMs] = [SIMULATED_FROM_MS, SIMULATED_FROM_MS + wanted.days * DAY_MS];
    function* blocks() {
      const options = { network, demands: null, scenario, seed, startMs: fromMs, days: wanted.days };
      for (const { series } of runOffline(options)) yield* series;
    }
    const title = `${network.name} in scenario ${wanted.scenario}, seed ${seed}, ${wanted.days} days`;
    return { name: title, network, fromMs, toMs, blocks };
  };
  const learn: TrainingWorld[] = [];
  for (const name of wanted.networks) for (const seed of wanted.seeds) learn.push(await world(name, seed));
  const test = [await world(wanted.testNetwork, wanted.testSeed)];
  return { learn, test, whole: { learn, test }, close: async () => undefined };
}

/** `backbone-60@7` is the generated backbone of 60 routers with seed 7; else a shipped network or a file. */
async function networkOf(name: string): Promise<Network> {
  const generated = /^(backbone-(\d{2,4}))@(\d{1,9})$/.exec(name);
  if (generated === null) return (await loadNetwork(name)).network;
  return generateBackbone({ name: name.replace('@', '-'), routers: Number(generated[2]), seed: Number(generated[3]) });
}

/** What the installation itself has kept; its closed partitions are read, also while the service runs. */
export async function ownData(config: Config, days: number, clock: Clock = systemClock): Promise<TrainingData> {
  const { network } = await loadNetwork(config.network);
  const history = openHistory(config, network, clock);
  const toMs = Math.floor(clock.nowMs() / HOUR_MS) * HOUR_MS;
  const fromMs = await firstKnown(history, network, toMs - days * DAY_MS, toMs);
  if (toMs - fromMs < LEAST_DAYS * DAY_MS) {
    await history.close();
    const found = ((toMs - fromMs) / DAY_MS).toFixed(1);
    throw new DetourError('MODEL', `there are ${found} days of history of ${network.name}, ${LEAST_DAYS} are needed`, {
      hint: `let the service run on, or learn from simulated worlds with --simulate`,
    });
  }
  const splitMs = toMs - TEST_SHARE * (toMs - fromMs);
  const learn = historyWorld(history, network, fromMs, splitMs - GAP_MS);
  const test = historyWorld(history, network, splitMs, toMs);
  const all = [historyWorld(history, network, fromMs, toMs)];
  return { learn: [learn], test: [test], whole: { learn: all, test: all }, close: () => history.close() };
}

function openHistory(config: Config, network: Network, clock: Clock): HistoryReader {
  const place = { networkName: network.name, retention: retentionFrom(config), clock };
  if (config.historyUrl !== null) return new PrometheusHistory({ ...place, url: config.historyUrl });
  return new ClosedHistory({ ...place, dataDir: config.dataDir });
}

async function firstKnown(history: HistoryReader, { links }: Network, fromMs: number, toMs: number): Promise<number> {
  const ids = links.slice(0, 5).map(({ id }) => id);
  const answer = await history.range({ kind: 'link', ids, metrics: ['state'], fromMs, toMs, stepMs: HOUR_MS });
  const first = answer.series.map(({ count }) => count.findIndex((each) => each > 0)).filter((at) => at >= 0);
  return first.length === 0 ? toMs : answer.fromMs + Math.min(...first) * answer.stepMs;
}

export interface TrainOptions {
  readonly kinds: readonly ModelKind[];
  readonly seed: number;
  readonly command: string;
  readonly nowMs: number;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}

/** Learns the models of these kinds, tests them, and writes them with their cards; none is in use yet. */
export async function trainModels(
  registry: ModelRegistry,
  data: TrainingData,
  options: TrainOptions,
): Promise<ModelCard[]> {
  const { kinds, seed, command, nowMs, onProgress, signal } = options;
  const { learn, test } = data;
  const from = { learnt: learn, seed, command, nowMs, gitCommit: gitCommit() };
  const cards: ModelCard[] = [];
  if (kinds.includes('risk')) {
    const trained = await learnRisk(learn, seed, onProgress, signal);
    const report = await tryRisk(trained.model, test, seed, onProgress);
    cards.push(saveRisk(registry, trained, report, { ...from, tested: test }));
  }
  if (kinds.includes('forecast')) {
    const { whole } = data;
    const trained = await learnForecast(whole.learn, whole.test, seed, onProgress, signal);
    cards.push(saveForecast(registry, trained, { ...from, learnt: whole.learn, tested: whole.test }));
  }
  return cards;
}

export interface Promotion {
  readonly id: string;
  readonly isPromoted: boolean;
  /** One sentence for people. */
  readonly reason: string;
}

/**
 * Lets a new model answer if it did better than the present one on the very same later data; else it watches. Where
 * there is no present one, or it cannot be used, anything that can is better.
 */
export async function promoteIfBetter(
  registry: ModelRegistry,
  card: ModelCard,
  rival: (id: string) => Promise<number | null>,
): Promise<Promotion> {
  const { kind, id, yardstick } = card;
  const { present } = registry.pointers(kind);
  const own = yardstickOf(card);
  const decide = (isPromoted: boolean, reason: string): Promotion => {
    if (isPromoted) registry.promote(kind, id);
    else registry.shadow(kind, id);
    return { id, isPromoted, reason };
  };
  if (present === null) return decide(true, 'there was no model');
  if (own === null || !Number.isFinite(own)) return decide(false, 'the later data had too little to be tested on');
  const other = await rival(present).catch(() => null);
  if (other === null) return decide(true, `${present} cannot be used`);
  const isBetter = yardstick.better === 'higher' ? own > other : own < other;
  const figures = `${yardstick.metric} ${own.toPrecision(3)} against ${other.toPrecision(3)} of ${present} on the same later data`;
  return decide(isBetter, isBetter ? figures : `${figures}: it watches`);
}

/** The commit that the project stands at; null where it is no checkout. */
function gitCommit(): string | null {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: PACKAGE_ROOT, encoding: 'utf8', stdio }).trim();
    return /^[0-9a-f]{40}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
}
