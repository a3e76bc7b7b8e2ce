import { createRetentionService } from '../../jobs/retention.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { pause } from '../core/pause.ts';
import { ClosedHistory } from '../history/duckdb/closed.ts';
import { DuckdbHistory } from '../history/duckdb/owner.ts';
import { DAY_MS, type HistoryReader, type HistoryWriter, HOUR_MS, type Retention } from '../history/history.ts';
import { PrometheusHistory } from '../history/prometheus/history.ts';
import { Recorder } from '../history/recorder.ts';
import { Answerer, RemoteHistory } from '../history/remote.ts';
import { networkKeys } from '../store/keys.ts';
import type { Store } from '../store/store.ts';
import { backfill, isFirstStart } from './backfill.ts';
import type { Service } from './lifecycle.ts';
import type { RedisAccess } from './redis.ts';

export interface HistoryParts {
  readonly config: Config;
  readonly networkName: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly holder: string;
  readonly connectJobs: () => ReturnType<RedisAccess['connect']>;
  readonly onError: (error: unknown) => void;
  readonly onWarning: (message: string) => void;
  /** Whether the network is simulated by this service: then its first start makes up a past. */
  readonly hasPast?: boolean;
}

const PRUNE_EVERY_MS = 10 * 60_000;
/** What a first start shows first needs the CPU more than the past does. */
const HEAD_START_MS = 15_000;

export function retentionFrom(config: Config): Retention {
  return {
    rawMs: config.historyRawHours * HOUR_MS,
    minuteMs: config.historyMinuteDays * DAY_MS,
    hourMs: config.historyHourDays * DAY_MS,
    maxBytes: config.historyMaxMegabytes * 1e6,
  };
}

type HistoryPlace = Pick<HistoryParts, 'config' | 'networkName' | 'clock'>;

/** History for whoever does not own it. */
export function historyReader({ config, networkName, clock }: HistoryPlace, store: Store): HistoryReader {
  const { dataDir, historyUrl } = config;
  const retention = retentionFrom(config);
  if (historyUrl !== null) return new PrometheusHistory({ url: historyUrl, networkName, retention, clock });
  const closed = new ClosedHistory({ dataDir, networkName, retention, clock });
  return new RemoteHistory({ questions: store.questions, closed, clock });
}

/** The role `history` in the process that does it: follows the feed, answers the others, drops what is old. */
export function historyRole(parts: HistoryParts): Service {
  const { config, networkName, store, clock, holder, onError, onWarning } = parts;
  const { dataDir, historyUrl } = config;
  const place = { networkName, retention: retentionFrom(config), clock };
  const history: HistoryWriter & HistoryReader =
    historyUrl === null
      ? new DuckdbHistory({ ...place, dataDir, onWarning })
      : new PrometheusHistory({ ...place, url: historyUrl });
  const recorder = new Recorder({ store, writer: history, clock, holder, onError });
  const answerer = new Answerer({ questions: store.questions, reader: history, clock, onError });
  const retention = createRetentionService({
    createConnection: parts.connectJobs,
    prefix: networkKeys(networkName).bullPrefix,
    everyMs: PRUNE_EVERY_MS,
    prune: () => prune(parts, history),
    onError,
  });
  const stopping = new AbortController();
  let past: Promise<unknown> = Promise.resolve();
  const makeUpPast = async (): Promise<void> => {
    await pause(HEAD_START_MS, stopping.signal);
    await backfill({ config, writer: history, clock, signal: stopping.signal });
  };
  const tellUnlessStopped = (error: unknown): void => {
    if (!stopping.signal.aborted) onError(error);
  };
  return {
    name: 'history',
    start: async () => {
      const isDue = parts.hasPast === true && config.backfillHours > 0 && isFirstStart(config, networkName);
      await recorder.start();
      await answerer.start();
      await retention.start();
      if (isDue) past = makeUpPast().catch(tellUnlessStopped);
    },
    stop: async () => {
      stopping.abort();
      await past;
      await Promise.all([retention.stop(), answerer.stop()]);
      await recorder.stop();
    },
  };
}

/** Tells once when the disk budget takes what should have been kept, and once when it does not any more. */
async function prune({ store, clock, config }: HistoryParts, history: HistoryWriter): Promise<void> {
  const { isOverBudget, droppedFiles, bytes } = await history.prune(clock.nowMs());
  const wasOver = (await store.events.latest(1000)).find(({ type }) => type === 'history-limit')?.cleared === false;
  if (isOverBudget === wasOver) return;
  const limit = `${config.historyMaxMegabytes} MB`;
  const message = isOverBudget
    ? `history uses all of its ${limit}: the oldest goes before its time; raise historyMaxMegabytes or keep less`
    : `history is within its ${limit} again`;
  const severity = isOverBudget ? ('warning' as const) : ('info' as const);
  const about = { linkId: null, deviceId: null, proposalId: null, details: { bytes, droppedFiles } };
  const event = { atMs: clock.nowMs(), type: 'history-limit', severity, cleared: !isOverBudget, message } as const;
  await store.events.append([{ ...event, ...about }]);
}
