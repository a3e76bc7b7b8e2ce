import { createPeriodicJob, type PeriodicJob, type PeriodicJobOptions } from './periodic.ts';
import { QUEUES } from './queues.ts';

export interface RetentionServiceOptions
  extends Pick<PeriodicJobOptions, 'createConnection' | 'prefix' | 'everyMs' | 'onError'> {
  /** Drops what is old; runs where the history is. */
  readonly prune: () => Promise<unknown>;
}

/** A file is dropped in milliseconds. */
const LOCK_MS = 60_000;

/** Keeps history within its time and its disk budget. */
export function createRetentionService({ prune, ...options }: RetentionServiceOptions): PeriodicJob {
  return createPeriodicJob({ ...options, queue: QUEUES.retention, lockMs: LOCK_MS, run: prune });
}
