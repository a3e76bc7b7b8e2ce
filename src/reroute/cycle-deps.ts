import type { NetworkIndex } from '../../topology/model.ts';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../store/store.ts';
import type { Actuator } from './actuator.ts';
import type { PlanInput, PlanLimits, PlanOutcome, PlanTrigger } from './plan.ts';
import type { PlanIds } from './planner.ts';

/** Points of a cycle between its writes; tests end the process there. */
export const CYCLE_POINTS = [
  'before-lease',
  'after-lease',
  'before-input',
  'after-input',
  'before-commit',
  'after-commit',
  'before-apply',
  'after-apply',
  'before-release',
] as const;
export type CyclePoint = (typeof CYCLE_POINTS)[number];

/** Points of a change, around what is done to the network: it is not written yet there. */
export const CHANGE_POINTS = ['before-step', 'after-step'] as const;
export type ChangePoint = (typeof CHANGE_POINTS)[number];

/** Makes one plan from its input; pure, wherever it runs. */
export type MakePlan = (input: PlanInput, trigger: PlanTrigger, ids: PlanIds) => Promise<PlanOutcome>;

export interface CycleDeps {
  readonly store: Store;
  readonly network: NetworkIndex;
  readonly clock: Clock;
  readonly limits: PlanLimits;
  /** What is done with proposals where the guardrails say nothing: `auto` applies them. */
  readonly mode: 'auto' | 'manual';
  readonly actuator: Actuator;
  /** From which level on a link's risk keeps traffic off it; risks are not heeded where left out. */
  readonly avoidAtRisk?: 'high' | 'critical';
  /** Where plans are made; in this thread where left out. */
  readonly makePlan?: MakePlan;
  /** The id under which an input is kept; by its content where left out. */
  readonly nameInput?: (input: PlanInput) => string;
  /** Called at each point of a cycle and of a change. */
  readonly reach?: (point: CyclePoint | ChangePoint) => Promise<void> | void;
}
