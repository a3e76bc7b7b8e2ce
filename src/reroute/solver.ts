import type { ArcPath } from '../twin/arc-path.ts';
import type { Board } from './board.ts';
import type { Condition } from './condition.ts';
import type { PlanLimits, Proof } from './plan.ts';

/** What a solver works on: the intended network, what is bad about it, and the limits. */
export interface Problem {
  /** Solvers decide by `board.route`; what they leave there is the plan. */
  readonly board: Board;
  readonly condition: Condition;
  readonly limits: PlanLimits;
}

/** A path that was computed and not taken; arcs by number. */
export interface Rejected {
  readonly arcs: readonly number[];
  readonly latencyMs: number;
  readonly cost: number;
  readonly reason: string;
}

/** A demand that was given another way. */
export interface Placement {
  readonly index: number;
  /** All its paths from now on; shares sum to 1. */
  readonly to: readonly ArcPath[];
  /** Paths that its moved share now takes. */
  readonly taken: readonly (readonly number[])[];
  /** Share (0..1) of the demand that left the marked arcs, and what still crosses them. */
  readonly movedShare: number;
  readonly leftShare: number;
  readonly rejected: readonly Rejected[];
}

/** A demand, or the part of it, that found no way, and the cut that proves or explains it. */
export interface Stuck {
  readonly index: number;
  readonly bps: number;
  readonly reason: string;
  readonly cut: StuckCut | null;
}

export interface StuckCut {
  readonly links: readonly string[];
  /** Node numbers on the source side. */
  readonly nodes: readonly number[];
  readonly reason: string;
}

export interface Solution {
  /** Where all demands were placed together: how good that is. */
  readonly proof?: Proof;
  readonly placements: readonly Placement[];
  readonly stuck: readonly Stuck[];
}

/**
 * How traffic is placed. The planner decides what has to move and what becomes of the answer; a solver only finds
 * ways, so that a better one can take the place of this.
 */
export interface Solver {
  /** Takes the demands (by index) off the bad arcs, as far as there is a way within the limits. */
  leave(problem: Problem, demands: readonly number[]): Solution;
  /** Takes just enough traffic off the arcs (the fullest first) to bring them to limit - margin. */
  relieve(problem: Problem, arcs: readonly number[]): Solution;
}
