import { boardQueues, QueueViews } from '../../jobs/board.ts';
import { queueBrief } from '../../jobs/brief.ts';
import { QUEUES } from '../../jobs/queues.ts';
import { createPlanService, type PlanService } from '../../jobs/scheduler-service.ts';
import type { BoardQueue } from '../api/deps.ts';
import type { CommandsView } from '../api/schemas/control.ts';
import type { QueueBrief } from '../api/schemas/jobs.ts';
import type { Config } from '../config/schema.ts';
import { DetourError } from '../core/errors.ts';
import { type Ask, applyProposal, approveProposal, renderProposal, rollBackProposal } from '../reroute/apply.ts';
import { isForNextPlan, readBeginning } from '../reroute/closed-loop/automatic.ts';
import { runCycle } from '../reroute/cycle.ts';
import type { CycleDeps, MakePlan } from '../reroute/cycle-deps.ts';
import { drainsUnmeasured, readMaintenance } from '../reroute/maintenance.ts';
import type { Plan, PlanLimits } from '../reroute/plan.ts';
import { type Proposal, waitsForApply } from '../reroute/proposal.ts';
import { SavingsTicker } from '../reroute/savings.ts';
import { DEFAULT_STABILITY } from '../reroute/stability/settings.ts';
import { networkKeys } from '../store/keys.ts';
import { ChangeRunner } from './change-runner.ts';
import type { Context } from './context.ts';
import { Estimator } from './estimator.ts';
import type { Service } from './lifecycle.ts';
import { planPool } from './plan-pool.ts';
import { createStudies, type Studies } from './studies.ts';

/** Questions about the live network, and the traffic estimates that plans fall back to. */
export function studies(context: Context): Studies {
  return createStudies(cycleDeps(context));
}

export function estimator(context: Context): Service {
  return new Estimator({ ...cycleDeps(context), onError: context.onError });
}

/** What the API needs of planning: it asks for plans, whoever makes them. */
export interface PlanningClient {
  readonly service: Service;
  boardQueues(): readonly BoardQueue[];
  jobs(): Promise<QueueBrief[]>;
  planNow(): Promise<Plan>;
  approve(proposalId: string, ask: Ask): Promise<Proposal>;
  apply(proposalId: string, ask: Ask): Promise<Proposal>;
  withdraw(proposalId: string, reason: string, ask: Ask): Promise<Proposal>;
  render(proposalId: string): Promise<CommandsView>;
}

export function planningClient(context: Context, makePlan: MakePlan): PlanningClient {
  const plans = planService(context, null);
  const deps = { ...cycleDeps(context), makePlan };
  const others = otherQueues(context);
  // Whoever is told that a proposal does not hold any more is soon told what does.
  const planAnew = (error: unknown): never => {
    if (error instanceof DetourError && error.code === 'DETOUR_ERR_WORLD_CHANGED')
      plans.planNow().catch(context.onError);
    throw error;
  };
  const queues = () => [...plans.queues, ...others.queues];
  const start = async (): Promise<void> => {
    await plans.start();
    await others.start();
  };
  const stop = async (): Promise<void> => {
    await others.stop();
    await plans.stop();
  };
  return {
    service: { name: 'queues', start, stop },
    boardQueues: () => boardQueues(queues()),
    jobs: () => Promise.all(queues().map(queueBrief)),
    planNow: () => plans.planNow(),
    approve: (id, ask) => approveProposal(deps, id, ask),
    apply: (id, ask) => applyProposal(deps, id, ask).catch(planAnew),
    withdraw: (id, reason, ask) => rollBackProposal(deps, id, reason, ask),
    render: (id) => renderProposal(deps, id),
  };
}

/** What runs beside the plans: discovery only where it is set up. */
function otherQueues({ redis, network, config, onError }: Context): QueueViews {
  return new QueueViews({
    createConnection: () => redis.connect('jobs'),
    prefix: networkKeys(network.network.name).bullPrefix,
    names: [
      QUEUES.predict,
      QUEUES.forecast,
      QUEUES.evaluate,
      QUEUES.train,
      QUEUES.retention,
      ...(config.discoverySeeds === null ? [] : [QUEUES.discovery]),
    ],
    onError,
  });
}

/** The worker that makes plans, with its schedule and its triggers, and the count of what they save. */
export function planWorker(context: Context): Service {
  const { store, clock, holder, onError } = context;
  const pool = planPool(context.network.network);
  const deps = { ...cycleDeps(context), makePlan: pool.makePlan };
  const plans = planService(context, (trigger, runId) => runCycle(deps, trigger, runId));
  const runner = new ChangeRunner({ deps, requestPlan: () => plans.planNow(), onError });
  const savings = new SavingsTicker({ store, clock, holder, onError });
  return {
    name: 'plan worker',
    start: async () => {
      await pool.start();
      await plans.start();
      await savings.start();
      await runner.start();
    },
    stop: async () => {
      await runner.stop();
      await savings.stop();
      await plans.stop();
      await pool.stop();
    },
  };
}

function planService(context: Context, runPlan: Parameters<typeof createPlanService>[0]['runPlan']): PlanService {
  const { store, clock, redis, config, network, onError } = context;
  return createPlanService({
    store,
    clock,
    createConnection: () => redis.connect('jobs'),
    prefix: networkKeys(network.network.name).bullPrefix,
    planIntervalMs: config.planIntervalSeconds * 1000,
    planSpacingMs: config.planSpacingSeconds * 1000,
    runPlan,
    isUnfinished: async () => (await hasUnapplied(context)) || isToBeDrained(context),
    onError,
  });
}

/** What may be applied by itself is applied at once; one that waits did not fit any more and must be planned anew. */
async function hasUnapplied({ store, runtime, actuator, clock }: Context): Promise<boolean> {
  const waiting = (await store.plans.briefs('open')).filter(waitsForApply);
  if (waiting.length === 0 || !actuator.changesNetwork) return false;
  const automation = await readBeginning({ store, clock, mode: runtime.mode });
  return waiting.some((brief) => isForNextPlan(automation, brief));
}

/** So long after it began, or after this process did, a drain whose links are not measured yet is planned again. */
const FIRST_LOOKS_MS = 60_000;

async function isToBeDrained({ store, clock }: Context): Promise<boolean> {
  const nowMs = clock.nowMs();
  const windows = await readMaintenance(store);
  const young = windows.filter(({ fromMs }) => Math.min(nowMs - fromMs, performance.now()) < FIRST_LOOKS_MS);
  return young.length > 0 && drainsUnmeasured(young, await store.links.readAll(), nowMs);
}

function cycleDeps({ store, network, clock, runtime, config, reach, actuator }: Context): CycleDeps {
  const risks = config.avoidAtRisk === 'never' ? {} : { avoidAtRisk: config.avoidAtRisk };
  return { store, network, clock, limits: limitsFrom(config), mode: runtime.mode, actuator, reach, ...risks };
}

/** Demands are measured every few seconds; older than this they say nothing about now. */
export const MAX_DEMAND_AGE_MS = 60_000;
const MAX_STALE_SHARE = 0.1;

function limitsFrom(config: Config): PlanLimits {
  return {
    utilisationLimit: config.utilisationLimit,
    holdMargin: config.holdMargin,
    holdMs: config.holdSeconds * 1000,
    maxStaleShare: MAX_STALE_SHARE,
    maxDemandAgeMs: MAX_DEMAND_AGE_MS,
    stability: {
      ...DEFAULT_STABILITY,
      maxMovesPerHour: config.maxMovesPerHour,
      moveCostMs: config.moveCostMinutes * 60_000,
    },
  };
}
