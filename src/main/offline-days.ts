import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Demand, Network } from '../../topology/model.ts';
import { systemClock } from '../core/clock.ts';
import { DuckdbHistory } from '../history/duckdb/owner.ts';
import { DAY_MS, type HistoryWriter } from '../history/history.ts';
import type { FailureTruth } from '../telemetry/simulator/offline/day.ts';
import { runOffline } from '../telemetry/simulator/offline/run.ts';
import type { Scenario } from '../telemetry/simulator/scenario-schema.ts';

/** What really happened lies beside the history, not in it: one JSON object a line. */
export const TRUTH_FILE = 'simulated-truth.jsonl';

export interface OfflineDaysOptions {
  readonly network: Network;
  readonly demands: readonly Demand[] | null;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly days: number;
  /** Start of the day (UTC) that the days end before. */
  readonly untilMs: number;
  /** The history in this folder gets the days: the service's own, or a new one. */
  readonly dataDir: string;
  /** Told after each day. */
  readonly onDay: (done: number, rows: number) => void;
}

export interface OfflineDaysReport {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rows: number;
  readonly failures: number;
  readonly truthFile: string;
}

/**
 * Simulates days and writes them as minutes into a history in DuckDB and Parquet; a minute that is there already is
 * replaced. Rejects with HISTORY_UNAVAILABLE while another process keeps that history.
 */
export async function writeOfflineDays(options: OfflineDaysOptions): Promise<OfflineDaysReport> {
  const { dataDir, network, untilMs, days, onDay, ...world } = options;
  const fromMs = untilMs - days * DAY_MS;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Whatever is imported is to be kept: how long, the service decides when it runs.
  const retention = { rawMs: Infinity, minuteMs: Infinity, hourMs: Infinity, maxBytes: Infinity };
  const writer: HistoryWriter = new DuckdbHistory({
    dataDir,
    networkName: network.name,
    retention,
    clock: systemClock,
  });
  const truthFile = join(dataDir, TRUTH_FILE);
  const truth = await open(truthFile, 'w', 0o600);
  const sum = { rows: 0, failures: 0 };
  try {
    await writer.start();
    let done = 0;
    for (const day of runOffline({ ...world, network, startMs: fromMs, days })) {
      sum.rows += (await writer.importMinutes(day.series)).rows;
      sum.failures += day.truth.filter(({ isFailure }) => isFailure).length;
      await truth.write(linesOf(day.truth));
      done += 1;
      onDay(done, sum.rows);
    }
    await writer.tick(systemClock.nowMs());
  } finally {
    await truth.close();
    await writer.stop();
  }
  return { ...sum, fromMs, untilMs, truthFile };
}

function linesOf(truth: readonly FailureTruth[]): string {
  return truth.map((record) => `${JSON.stringify(record)}\n`).join('');
}
