import { type Job, Worker } from 'bullmq';
import type { Plan, PlanTrigger } from '../src/reroute/plan.ts';
import type { JobConnection } from './connection.ts';
import { type PlanJob, type PlanJobResult, planJob, QUEUES } from './queues.ts';
import { begun } from './schedule.ts';

/** Runs one cycle; `runId` is the same when the job is taken up again after a crash. */
export type RunPlan = (trigger: PlanTrigger, runId: string) => Promise<Plan>;

/**
 * With one plan at a time over all workers, the job of a worker that was killed blocks the queue until its lock has
 * run out and a stalled check has seen that twice: 11 s at the most.
 */
const LOCK_MS = 5000;
const STALLED_CHECK_MS = 3000;
/** A job may be taken up again this often after its worker died. */
const MAX_STALLED = 5;

/** The worker that makes plans. `run` it, and `close` it to wait for the plan under way. */
export function createPlanWorker(connection: JobConnection, prefix: string, runPlan: RunPlan) {
  return new Worker<PlanJob, PlanJobResult>(QUEUES.plan, (job) => work(job, runPlan), {
    connection,
    prefix,
    autorun: false,
    concurrency: 1,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: MAX_STALLED,
  });
}

async function work(job: Job<PlanJob, PlanJobResult>, runPlan: RunPlan): Promise<PlanJobResult> {
  const { trigger } = planJob.parse(job.data);
  await begun(job);
  const plan = await runPlan(trigger, job.id ?? `${trigger}-${job.timestamp}`);
  return { planId: plan.id };
}
