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

/** Makes one plan from its input; pure, wherever it runs. */
export type MakePlan = (input: PlanInput, trigger: PlanTrigger, ids: PlanIds) => Promise<PlanOutcome>;

export interface CycleDeps {
  readonly store: Store;
  readonly network: NetworkIndex;
  readonly clock: Clock;
  readonly limits: PlanLimits;
  /** `auto` applies every reroute that is proposed. */
  readonly mode: 'auto' | 'manual';
  readonly actuator: Actuator;
  /** Where plans are made; in this thread where left out. */
  readonly makePlan?: MakePlan;
  /** Called at each point of a cycle. */
  readonly reach?: (point: CyclePoint) => Promise<void> | void;
}
