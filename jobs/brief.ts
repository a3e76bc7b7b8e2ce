import type { Job, Queue } from 'bullmq';
import { LATE_INTERVALS } from './watch.ts';

/** A run of a job, finished one way or the other. */
export interface RunBrief {
  readonly id: string;
  readonly trigger: string | null;
  readonly finishedAtMs: number | null;
  readonly elapsedMs: number | null;
  readonly attempts: number;
  readonly failure: string | null;
}

const FAILURE_MAX = 200;

/** What an operator wants to know of a queue without opening the dashboard. */
export async function queueBrief(queue: Queue) {
  const [paused, counts, schedulers, workers, completed, failed] = await Promise.all([
    queue.isPaused(),
    queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'completed', 'failed'),
    queue.getJobSchedulers(0, 0),
    queue.getWorkersCount(),
    queue.getJobs(['completed'], 0, 0),
    queue.getJobs(['failed'], 0, 0),
  ]);
  const count = (...names: string[]) => names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  const everyMs = schedulers[0]?.every ?? null;
  return {
    name: queue.name,
    paused,
    workers,
    counts: {
      waiting: count('wait', 'prioritized'),
      active: count('active'),
      delayed: count('delayed'),
      completed: count('completed'),
      failed: count('failed'),
    },
    everyMs,
    nextAtMs: schedulers[0]?.next ?? null,
    lateAfterMs: everyMs === null ? null : everyMs * LATE_INTERVALS,
    lastCompleted: runBrief(completed[0]),
    lastFailed: runBrief(failed[0]),
  };
}

function runBrief(job: Job | undefined): RunBrief | null {
  if (!job?.id) return null;
  const { id, data, finishedOn, processedOn, attemptsMade, failedReason } = job;
  const known = finishedOn !== undefined && processedOn !== undefined;
  return {
    id,
    trigger: triggerOf(data),
    finishedAtMs: finishedOn ?? null,
    elapsedMs: known ? finishedOn - processedOn : null,
    attempts: attemptsMade,
    failure: failedReason ? (failedReason.split('\n', 1)[0] as string).slice(0, FAILURE_MAX) : null,
  };
}

function triggerOf(data: unknown): string | null {
  const { trigger } = Object(data) as { trigger?: unknown };
  return typeof trigger === 'string' ? trigger : null;
}
