import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { queueBrief } from '../../jobs/brief.ts';
import type { RunPlan } from '../../jobs/plan.ts';
import { createPlanService, type PlanService, type PlanServiceOptions } from '../../jobs/scheduler-service.ts';
import { systemClock } from '../../src/core/clock.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../src/reroute/cycle-deps.ts';
import type { NewEvent } from '../../src/store/events.ts';
import type { Store } from '../../src/store/store.ts';
import { corrupted } from '../reroute/fixtures.ts';
import { ringCycle } from '../reroute/store-fixture.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait.ts';

const PREFIX = 'detour:{jobs-test}:bull';
const SOON = { timeoutMs: 20_000 };

/** A connection on which the first command with this argument is late. */
class SlowOnce extends Redis {
  readonly #argument: string;
  readonly #delayMs: number;
  #isSlow = true;

  constructor(path: string, argument: string, delayMs: number) {
    super(path, { maxRetriesPerRequest: null });
    this.#argument = argument;
    this.#delayMs = delayMs;
  }

  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    if (!this.#isSlow || !command.args.includes(this.#argument)) return super.sendCommand(command, stream);
    this.#isSlow = false;
    setTimeout(() => super.sendCommand(command, stream), this.#delayMs);
    return command.promise;
  }
}

describeWithRedis('plans as jobs', () => {
  let redis: TestRedis;
  let store: Store;
  let deps: CycleDeps;
  let services: PlanService[] = [];
  let errors: unknown[] = [];

  beforeEach(async () => {
    redis = await startTestRedis();
    ({ store, deps } = await ringCycle(systemClock, [corrupted('l0')]));
    errors = [];
  });

  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    services = [];
    await redis.stop();
  });

  function service(
    runPlan: RunPlan | null,
    more: Partial<
      Pick<PlanServiceOptions, 'planIntervalMs' | 'planSpacingMs' | 'isUnfinished' | 'createConnection'>
    > = {},
  ): PlanService {
    const made = createPlanService({
      store,
      clock: systemClock,
      createConnection: () => new Redis(redis.socketPath, { maxRetriesPerRequest: null }),
      prefix: PREFIX,
      planIntervalMs: 600_000,
      planSpacingMs: 1000,
      runPlan,
      onError: (error) => errors.push(error),
      ...more,
    });
    services.push(made);
    return made;
  }

  const cycle: RunPlan = (trigger, runId) => runCycle(deps, trigger, runId);

  it('plans at the start, on request, and answers the plan of that request', async () => {
    const one = service(cycle);
    await one.start();
    await waitFor('the first plan', () => store.plans.latest(), SOON);
    const plan = await one.planNow();
    expect(plan.trigger).toBe('request');
    expect((await store.plans.latest())?.id).toBe(plan.id);
    expect(one.queues.map((queue) => queue.name)).toEqual(['plan']);
    expect(errors).toEqual([]);
  });

  it('tells its queue in brief: schedule, workers, what ran last and what failed', async () => {
    let fails = false;
    const one = service(async (trigger, runId) => {
      if (fails) throw new Error('no way\nwith a stack');
      return cycle(trigger, runId);
    });
    await one.start();
    await one.planNow();
    const [queue] = one.queues as [Queue];
    expect(await queueBrief(queue)).toMatchObject({
      ...{ name: 'plan', paused: false, workers: 1, everyMs: 600_000, lateAfterMs: 900_000, lastFailed: null },
      counts: { waiting: 0, failed: 0 },
      lastCompleted: { trigger: 'request', attempts: 1, failure: null },
    });
    const { nextAtMs } = await queueBrief(queue);
    expect(nextAtMs).toBeGreaterThan(Date.now());
    fails = true;
    await expect(one.planNow()).rejects.toMatchObject({ code: 'DETOUR_ERR_INTERNAL' });
    await waitFor('the failure', async () => (await queueBrief(queue)).lastFailed, SOON);
    expect((await queueBrief(queue)).lastFailed).toMatchObject({ failure: 'no way', attempts: 3 });
  });

  it('makes one plan at a time with two services at work, and answers one that only asks', async () => {
    let running = 0;
    let most = 0;
    const watched: RunPlan = async (trigger, runId) => {
      running += 1;
      most = Math.max(most, running);
      try {
        return await cycle(trigger, runId);
      } finally {
        running -= 1;
      }
    };
    const asking = service(null);
    await Promise.all([service(watched).start(), service(watched).start(), asking.start()]);
    const plans = await Promise.all(Array.from({ length: 12 }, () => asking.planNow()));
    expect(new Set(plans.map((plan) => plan.id)).size).toBe(12);
    expect(most).toBe(1);
    expect((await store.plans.briefs('all')).map((proposal) => proposal.status)).toEqual(['applied']);
  });

  it('plans at once on trouble, and once more at the end for all that came in the meantime', async () => {
    const runs: string[] = [];
    const recorded: RunPlan = (trigger, runId) => {
      runs.push(trigger);
      return cycle(trigger, runId);
    };
    await service(recorded, { planSpacingMs: 1500 }).start();
    await waitFor('the plan at the start', () => runs.length === 1, SOON);
    const trouble = (to: string, adminDown = false): NewEvent => ({
      atMs: Date.now(),
      type: 'link-state',
      severity: 'major',
      cleared: false,
      linkId: 'l0',
      deviceId: null,
      proposalId: null,
      message: 'l0 changed',
      details: { to, adminDown },
    });
    await store.events.append([trouble('degraded'), trouble('down', true)]);
    await store.events.append([trouble('unhealthy')]);
    await waitFor('the plan at once', () => runs.length === 2, SOON);
    await store.events.append([trouble('down')]);
    await store.events.append([trouble('unhealthy')]);
    await waitFor('the plan at the end', () => runs.length === 3, SOON);
    expect(runs).toEqual(['start', 'link-event', 'link-event']);
  });

  it('plans again until nothing is left undone, also where the wish for a retry is slow to arrive', async () => {
    const runs: string[] = [];
    const plan = await cycle('request', 'known');
    const quick: RunPlan = async (trigger) => {
      runs.push(trigger);
      return plan;
    };
    // The first retry is due almost as soon as it arrives: it ends long before a second after its arrival is over.
    let connections = 0;
    const createConnection = () => {
      connections += 1;
      return connections === 1
        ? new SlowOnce(redis.socketPath, '{"trigger":"retry"}', 900)
        : new Redis(redis.socketPath, { maxRetriesPerRequest: null });
    };
    const one = service(quick, { planSpacingMs: 1000, isUnfinished: async () => runs.length < 4, createConnection });
    await one.start();
    await waitFor('the plan that leaves nothing undone', () => runs.length >= 4, SOON);
    expect(runs).toEqual(['start', 'retry', 'retry', 'retry']);
    expect(errors).toEqual([]);
  });

  it('plans again within 15 s when a worker is gone in the middle of a plan', async () => {
    // As a killed one leaves it: a job taken up under a lock that nobody renews.
    const connection = new Redis(redis.socketPath, { maxRetriesPerRequest: null });
    const options = { connection, prefix: PREFIX, lockDuration: 5000, skipLockRenewal: true, skipStalledCheck: true };
    const stuck = new Worker('plan', () => new Promise(() => undefined), { ...options, autorun: false });
    stuck.on('error', () => undefined);
    const queue = new Queue('plan', { connection, prefix: PREFIX });
    await queue.setGlobalConcurrency(1);
    await queue.add('plan', { trigger: 'request' }, { jobId: 'killed' });
    const job = await stuck.getNextJob('token');
    expect(job?.id).toBe('killed');
    await service(cycle).start();
    const plan = await waitFor('the next plan', () => store.plans.latest(), { timeoutMs: 15_000 });
    expect(plan.refused).toBeNull();
    await waitFor('the job to be taken up again', async () => (await queue.getJob('killed'))?.isCompleted(), SOON);
    await stuck.close(true);
    await queue.close();
    connection.disconnect();
  });
});
