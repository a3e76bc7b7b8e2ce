import type { Board } from './board.ts';
import type { Condition } from './condition.ts';
import type { PlanInput, PlanLimits } from './plan.ts';

/** The network as it is right now, and what is bad about it. */
export interface LiveView {
  /** What the view was made from. */
  readonly input: PlanInput;
  readonly board: Board;
  readonly condition: Condition;
  readonly limits: PlanLimits;
}

/** Something that is not as it was when a proposal was made, so that it does not hold any more. */
export interface Difference {
  /** `cause`, or the demand or metric that does not hold. */
  readonly field: string;
  readonly message: string;
  readonly value: unknown;
}
