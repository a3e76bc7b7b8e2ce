import { randomUUID } from 'node:crypto';
import type { Job, Queue } from 'bullmq';
import type { PlanTrigger } from '../src/reroute/plan.ts';
import type { PlanJob, PlanJobResult } from './queues.ts';

export type PlanQueue = Queue<PlanJob, PlanJobResult, string>;

const SCHEDULER_ID = 'plan-every';

/** Tries and what is kept of each job: bounded, so that the queue never fills the memory of Redis. */
export const JOB_OPTIONS = {
  attempts: 3,
  backoff: { type: 'fixed', delay: 1000 },
  removeOnComplete: { age: 3600, count: 200 },
  removeOnFail: { age: 86_400, count: 200 },
} as const;

/** One plan at a time over all workers, one every interval from now on. */
export async function schedulePlans(queue: PlanQueue, everyMs: number): Promise<void> {
  await queue.setGlobalConcurrency(1);
  const data: PlanJob = { trigger: 'schedule' };
  // A scheduler starts with a job at once; the service asks for its first plan itself, at every start.
  const startDate = Date.now() + everyMs;
  await queue.upsertJobScheduler(
    SCHEDULER_ID,
    { every: everyMs, startDate },
    { name: 'plan', data, opts: JOB_OPTIONS },
  );
}

/**
 * Asks for a plan, `delayMs` from now or as soon as the one under way is done. Its id names the run, whoever works
 * on it.
 */
export async function enqueuePlan(queue: PlanQueue, trigger: PlanTrigger, delayMs = 0) {
  return queue.add('plan', { trigger }, { ...JOB_OPTIONS, delay: delayMs, jobId: `${trigger}-${randomUUID()}` });
}

/**
 * Asks again where a plan was refused or left something undone: the next on schedule may be minutes away. No second one
 * while one waits; the job lets go of that claim when it begins (`begun`), so that it can itself ask for the next. A
 * claim that ran out by time instead would swallow the call of a retry that begins and ends before it does.
 */
export async function retryPlan(queue: PlanQueue, delayMs: number): Promise<void> {
  await queue.add('plan', { trigger: 'retry' }, { ...JOB_OPTIONS, delay: delayMs, deduplication: { id: 'retry' } });
}

/** What a job does first: from now on others of its kind may wait. */
export async function begun(job: Job<PlanJob, PlanJobResult>): Promise<void> {
  await job.removeDeduplicationKey();
}
