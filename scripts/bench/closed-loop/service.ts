import { isTrouble } from '../../../jobs/trigger.ts';
import { createSimulatorActuator } from '../../../src/actuate/simulator.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/health/thresholds.ts';
import { PartitionScorer } from '../../../src/pipeline/partition-scorer.ts';
import { isForNextPlan, readAutomation } from '../../../src/reroute/closed-loop/automatic.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps, MakePlan } from '../../../src/reroute/cycle-deps.ts';
import type { DemandSet, PlanInput, PlanLimits, PlanOutcome, PlanTrigger } from '../../../src/reroute/plan.ts';
import { type PlanIds, planReroutes } from '../../../src/reroute/planner.ts';
import { type ProposalBrief, type Tunnel, waitsForApply } from '../../../src/reroute/proposal.ts';
import type { Event } from '../../../src/store/events.ts';
import type { InterfaceSample, Measurement } from '../../../src/telemetry/sample.ts';
import { indexNetwork, type Network, type NetworkIndex } from '../../../topology/model.ts';
import { Authors } from './authors.ts';
import { createLiveStore, type LiveStore } from './live-store.ts';

export interface ServiceOptions {
  readonly network: Network;
  readonly limits: PlanLimits;
  readonly planIntervalMs: number;
  readonly planSpacingMs: number;
  readonly startMs: number;
}

/** From the end of a sample's interval to the plan that heeds it: queue, scorer, plan (docs/benchmarks.md). */
export const REACTION_MS = 300;
/** Demands are measured this often. */
const DEMANDS_EVERY_MS = 5_000;
/** A service plans for the first time when it has heard of the network. */
const FIRST_PLAN_MS = 2_000;

/**
 * Detour as it runs: samples in, tunnels out. Scorer, snapshot, planner, guardrails, changes step by step, verification
 * and returns are the service's own code over the store in memory; only the clock, the queue of samples and the queue
 * of jobs are stood in for, with their delays.
 */
export class LoopService {
  readonly #options: ServiceOptions;
  readonly #clock: ManualClock;
  readonly #live: LiveStore;
  readonly #scorer: PartitionScorer;
  readonly #deps: CycleDeps;
  #batches = 0;
  #runs = 0;
  #isDue = false;
  #retryAtMs = Infinity;
  #scheduledMs: number;
  #spacedMs = -Infinity;
  #measuredMs = -Infinity;
  #isBusy = false;
  /** Where all open proposals stood when the tunnels were last read. */
  #stood = '';
  #lastPlan: { readonly atMs: number; readonly outcome: PlanOutcome } | null = null;
  readonly authors = new Authors();
  readonly counts = { plans: 0, planCpuMs: 0, heldBack: 0, rolledBack: 0 };

  constructor(options: ServiceOptions) {
    const { network, limits, startMs } = options;
    this.#options = options;
    this.#clock = new ManualClock(startMs);
    this.#live = createLiveStore(network.name, this.#clock);
    this.#scorer = new PartitionScorer(network.links, DEFAULT_THRESHOLDS, { memories: new Map(), states: new Map() });
    this.#scheduledMs = startMs + FIRST_PLAN_MS;
    const actuator = this.authors.watch(createSimulatorActuator(this.#live.store.traffic));
    const index = indexNetwork(network);
    const makePlan: MakePlan = async (input, trigger, ids) => this.#makePlan(index, input, trigger, ids);
    this.#deps = {
      store: this.#live.store,
      network: index,
      clock: this.#clock,
      limits,
      mode: 'auto',
      actuator,
      makePlan,
      // Inputs are not kept here, and to name them by their content would take a third of all time.
      nameInput: ({ atMs }) => `i-${atMs}`,
    };
  }

  /** True while a change is carried out or waits to be verified, or a plan is due: seconds count then. */
  get isBusy(): boolean {
    return this.#isBusy || this.#isDue || this.#retryAtMs < Infinity;
  }

  /** True for a link that is not known to be healthy. */
  isInDoubt(linkId: string): boolean {
    return this.#live.states.get(linkId)?.state !== 'healthy';
  }

  get store(): LiveStore['store'] {
    return this.#live.store;
  }

  /** Takes what interfaces measured until `atMs`; answers the tunnels that are wanted where they may have changed. */
  async hear(
    measurements: readonly Measurement[],
    demands: () => DemandSet,
    atMs: number,
  ): Promise<readonly Tunnel[] | null> {
    this.#clock.advance(atMs + REACTION_MS - this.#clock.nowMs());
    if (atMs - this.#measuredMs >= DEMANDS_EVERY_MS) {
      this.#measuredMs = atMs;
      let made: DemandSet | null = null;
      this.#live.measure = () => {
        made ??= demands();
        return made;
      };
    }
    await this.#score(measurements, atMs);
    const nowMs = this.#clock.nowMs();
    let hasActed = false;
    // What is verified needs no looking after: simulated routers forget nothing.
    if (this.#isBusy) {
      await tendChanges(this.#deps);
      hasActed = true;
    }
    const trigger = this.#trigger(nowMs);
    if (trigger !== null) {
      await this.#plan(trigger, nowMs);
      hasActed = true;
    }
    if (!hasActed) return null;
    const open = await this.store.plans.briefs('open');
    this.#isBusy = open.some(({ status }) => status === 'applying' || status === 'applied');
    const stands = open
      .map(({ id, status, revision, updatedAtMs }) => `${id} ${status} ${revision} ${updatedAtMs}`)
      .join();
    if (stands === this.#stood) return null;
    this.#stood = stands;
    return (await this.store.traffic.tunnels()).tunnels;
  }

  async #score(measurements: readonly Measurement[], atMs: number): Promise<void> {
    this.#batches += 1;
    const samples = measurements.map((each): InterfaceSample => ({ ...each, receivedAtMs: atMs }));
    const { states, events } = this.#scorer.take([{ id: `${this.#batches}-0`, samples }], atMs);
    for (const state of states) this.#live.states.set(state.linkId, state);
    if (events.length === 0) return;
    await this.store.events.append(events);
    this.#isDue ||= events.some((event) => isTrouble(event as Event));
  }

  /** What sets off a plan now: trouble, when its turn has come, the schedule, or a plan that has to be made again. */
  #trigger(nowMs: number): PlanTrigger | null {
    const { planIntervalMs, planSpacingMs } = this.#options;
    if (this.#isDue && nowMs - this.#spacedMs >= planSpacingMs) {
      this.#isDue = false;
      this.#spacedMs = nowMs;
      return 'link-event';
    }
    if (nowMs >= this.#retryAtMs) return 'retry';
    if (nowMs < this.#scheduledMs) return null;
    this.#scheduledMs = nowMs + planIntervalMs;
    return 'schedule';
  }

  async #plan(trigger: PlanTrigger, nowMs: number): Promise<void> {
    const before = process.cpuUsage();
    this.#runs += 1;
    const plan = await runCycle(this.#deps, trigger, `${trigger}-${this.#runs}`);
    const { user, system } = process.cpuUsage(before);
    this.counts.plans += 1;
    this.counts.planCpuMs += (user + system) / 1000;
    const isUnfinished = plan.refused !== null || (await this.#hasUnapplied());
    this.#retryAtMs = isUnfinished ? nowMs + this.#options.planSpacingMs : Infinity;
  }

  /**
   * The look right before a change makes its plan again. Here no time passes between a plan and what is applied of it by
   * itself, so of what that very plan has made the look would find the same.
   */
  #makePlan(index: NetworkIndex, input: PlanInput, trigger: PlanTrigger, ids: PlanIds): PlanOutcome {
    const last = this.#lastPlan;
    const isOfLast = last?.atMs === input.atMs && last.outcome.changed.some(({ id }) => id === input.anew);
    if (last && isOfLast) return last.outcome;
    const outcome = planReroutes(index, input, trigger, ids);
    if (input.anew === undefined) this.#lastPlan = { atMs: input.atMs, outcome };
    return outcome;
  }

  /** As the service asks it: what may be applied by itself, waits, and was not refused. */
  async #hasUnapplied(): Promise<boolean> {
    const waiting = (await this.store.plans.briefs('open')).filter(waitsForApply);
    if (waiting.length === 0) return false;
    const automation = await readAutomation(this.#deps);
    return waiting.some((brief) => isForNextPlan(automation, brief));
  }

  /** What stands, in short: for the log of the worst minutes. */
  briefs(): Promise<ProposalBrief[]> {
    return this.store.plans.briefs('open');
  }
}
