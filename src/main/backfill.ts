import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { loadDemands, loadNetwork } from '../../topology/files.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { Partitions } from '../history/duckdb/partitions.ts';
import { type HistoryWriter, HOUR_MS, type ImportBlock, MINUTE_MS } from '../history/history.ts';
import type { Scenario } from '../telemetry/simulator/scenario-schema.ts';

/** What the past of a simulated network is made with. */
export interface BackfillParts {
  readonly config: Config;
  readonly writer: HistoryWriter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Figures that follow from others or that nothing looks back at: a third of all rows, and of the time it takes. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'lossPoints',
  'latencyPoints',
  'utilisationPoints',
  'errorsPoints',
  'flappingPoints',
  'wireLossRatio',
  'congestionLossRatio',
]);
/** Series that are written between two pauses: some milliseconds each. */
const SERIES_A_TURN = 4;

/** Whether nobody has kept history here before. To be asked before anyone opens it. */
export function isFirstStart({ dataDir, historyUrl }: Config, networkName: string): boolean {
  return historyUrl === null && !existsSync(new Partitions(dataDir, networkName).databaseFile);
}

/**
 * Gives a simulated network a past: as many hours before now as the configuration says, in the same rhythm, at the same
 * level and from the same seed as the live run goes on. Takes its time in small turns. Rejects when `signal` ends it.
 */
export async function backfill({ config, writer, clock, signal }: BackfillParts): Promise<{ rows: number }> {
  // Loaded here only: whoever keeps history of a real network needs none of it.
  const [{ loadScenario }, { simulatePast }] = await Promise.all([
    import('../telemetry/simulator/scenario.ts'),
    import('../telemetry/simulator/offline/past.ts'),
  ]);
  const breathe = async (): Promise<void> => {
    await nextTurn();
    signal.throwIfAborted();
  };
  const { network } = await loadNetwork(config.network);
  const demands = config.demands === null ? null : (await loadDemands(config.demands, network)).demands;
  const scenario = endingAtItsHour(await loadScenario(config.scenario), config.backfillHours);
  const untilMs = Math.floor(clock.nowMs() / MINUTE_MS) * MINUTE_MS;
  const startMs = untilMs - config.backfillHours * HOUR_MS;
  const minutes = config.backfillHours * 60;
  const options = { network, demands, scenario, seed: config.seed, startMs, minutes, breathe };
  const series = (await simulatePast(options)).filter(({ metric }) => !LEFT_OUT.has(metric));
  return writer.importMinutes(inTurns(series, breathe));
}

/** A scenario that begins at a fixed hour has it when the past ends: there the live run begins. */
function endingAtItsHour(scenario: Scenario, hours: number): Scenario {
  const { startHour } = scenario;
  return startHour === null
    ? scenario
    : { ...scenario, startHour: (startHour + 24 * Math.ceil(hours / 24) - hours) % 24 };
}

async function* inTurns(series: readonly ImportBlock[], breathe: () => Promise<void>): AsyncIterable<ImportBlock> {
  for (const [at, block] of series.entries()) {
    if (at % SERIES_A_TURN === 0) await breathe();
    yield block;
  }
}
