import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents, type Worker } from 'bullmq';
import type { Clock } from '../src/core/clock.ts';
import { DetourError, messageOf } from '../src/core/errors.ts';
import type { Plan } from '../src/reroute/plan.ts';
import type { Store } from '../src/store/store.ts';
import { type ConnectionFactory, Connections } from './connection.ts';
import { createPlanWorker, type RunPlan } from './plan.ts';
import { type PlanJob, type PlanJobResult, planJobResult, QUEUES } from './queues.ts';
import { enqueuePlan, type PlanQueue, retryPlan, schedulePlans } from './schedule.ts';
import { PlanTrigger } from './trigger.ts';
import { PlanWatch } from './watch.ts';

export interface PlanServiceOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly createConnection: ConnectionFactory;
  /** Prefix of BullMQ's keys (`networkKeys(name).bullPrefix`). */
  readonly prefix: string;
  readonly planIntervalMs: number;
  readonly planSpacingMs: number;
  /** Null in a process that only asks for plans: it then neither works, schedules nor watches. */
  readonly runPlan: RunPlan | null;
  /** Whether a plan left something undone that the next one should see to soon, e.g. a reroute not yet applied. */
  readonly isUnfinished?: () => Promise<boolean>;
  /** Everything that goes wrong in the background, for the log. */
  readonly onError: (error: unknown) => void;
}

export interface PlanService {
  start(): Promise<void>;
  /** Waits for the plan under way, then closes everything; idempotent. */
  stop(): Promise<void>;
  /** Asks for a plan and answers it when it is made. Rejects with TIMEOUT or INTERNAL. */
  planNow(timeoutMs?: number): Promise<Plan>;
  /** The queues, for a dashboard; empty before `start`. */
  readonly queues: readonly Queue[];
}

const PLAN_TIMEOUT_MS = 30_000;
/** Sources need a moment to show the network; a link event sets a plan off at once all the same. */
const START_DELAY_MS = 2_000;
const MAX_WAITING = 1000;

export function createPlanService(options: PlanServiceOptions): PlanService {
  return new BullPlanService(options);
}

interface Running {
  readonly queue: PlanQueue;
  readonly finished: QueueEvents;
  readonly worker: Worker<PlanJob, PlanJobResult> | null;
  readonly trigger: PlanTrigger | null;
  readonly watch: PlanWatch | null;
}

class BullPlanService implements PlanService {
  readonly #options: PlanServiceOptions;
  readonly #connections: Connections;
  readonly queues: Queue[] = [];
  #running: Running | null = null;

  constructor(options: PlanServiceOptions) {
    this.#options = options;
    this.#connections = new Connections(options.createConnection);
  }

  async start(): Promise<void> {
    const { prefix, onError } = this.#options;
    const queue: PlanQueue = new Queue(QUEUES.plan, { connection: await this.#connections.open(), prefix });
    const finished = new QueueEvents(QUEUES.plan, { connection: await this.#connections.open(), prefix });
    queue.on('error', onError);
    finished.on('error', onError);
    // Everyone who waits for a plan listens here.
    queue.setMaxListeners(MAX_WAITING);
    finished.setMaxListeners(MAX_WAITING);
    this.queues.push(queue);
    this.#running = { queue, finished, worker: null, trigger: null, watch: null };
    await Promise.all([queue.waitUntilReady(), finished.waitUntilReady()]);
    if (this.#options.runPlan) this.#running = await this.#startWork(queue, finished, this.#options.runPlan);
  }

  async #startWork(queue: PlanQueue, finished: QueueEvents, runPlan: RunPlan): Promise<Running> {
    const { prefix, onError, store, clock, planIntervalMs, planSpacingMs } = this.#options;
    await schedulePlans(queue, planIntervalMs);
    const work: RunPlan = async (why, runId) => {
      const plan = await runPlan(why, runId);
      if (plan.refused || (await this.#options.isUnfinished?.())) await retryPlan(queue, planSpacingMs);
      return plan;
    };
    const worker = createPlanWorker(await this.#connections.open(), prefix, work);
    worker.on('error', onError);
    worker.on('failed', (job, error) => this.#tellFailure(job?.id ?? 'unknown', job?.attemptsMade ?? 0, error));
    worker.run().catch(onError);
    const enqueue = async () => void (await enqueuePlan(queue, 'link-event'));
    const trigger = new PlanTrigger({ store, holder: randomUUID(), spacingMs: planSpacingMs, enqueue, onError });
    const watch = new PlanWatch({ store, clock, intervalMs: planIntervalMs, onError });
    await trigger.start();
    await watch.start();
    await enqueuePlan(queue, 'start', START_DELAY_MS);
    return { queue, finished, worker, trigger, watch };
  }

  #tellFailure(jobId: string, attempts: number, error: Error): void {
    const { store, clock, onError } = this.#options;
    onError(error);
    const about = { linkId: null, deviceId: null, proposalId: null, details: { jobId, attempts } };
    const message = `a plan failed: ${messageOf(error)}`;
    store.events
      .append([{ atMs: clock.nowMs(), type: 'plan-failed', severity: 'major', cleared: false, message, ...about }])
      .catch(onError);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (!running) return;
    await Promise.all([running.trigger?.stop(), running.watch?.stop()]);
    await running.worker?.close();
    await Promise.all([running.finished.close(), running.queue.close()]);
    this.queues.length = 0;
    this.#connections.close();
  }

  async planNow(timeoutMs = PLAN_TIMEOUT_MS): Promise<Plan> {
    const running = this.#running;
    if (!running) throw new DetourError('NOT_READY', 'plans cannot be asked for: the service is not started');
    const job = await enqueuePlan(running.queue, 'request');
    const result = await job.waitUntilFinished(running.finished, timeoutMs).catch((error: unknown) => {
      const isLate = /timed out/.test(messageOf(error));
      throw new DetourError(isLate ? 'TIMEOUT' : 'INTERNAL', `the plan was not made: ${messageOf(error)}`, {
        hint: isLate ? 'is a process with the role work running?' : 'see the log',
        cause: error,
      });
    });
    const plan = await this.#options.store.plans.plan(planJobResult.parse(result).planId);
    if (!plan) throw new DetourError('INTERNAL', 'the plan was made and is not in the store', { value: result });
    return plan;
  }
}
