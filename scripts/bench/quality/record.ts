import type { PlanFigures } from '../../../topology/formats/detour-plan.ts';
import type { OracleFigures } from '../oracle/instance.ts';
import type { Optimum } from '../oracle/optimum.ts';
import type { PlanBase } from './base.ts';
import type { FailureKind } from './failures.ts';

/** Names a case, so that it can be made again. */
export interface CaseName {
  readonly network: string;
  readonly base: PlanBase;
  readonly seed: number;
  /** Utilisation (0..1) of the hottest arc before anything fails, and the limit of every arc. */
  readonly mlu: number;
  readonly limit: number;
  /** For people: `link A-B`, `double A-B + C-D`. */
  readonly failure: string;
}

/** One case as it is kept: figures only, so that it may come from a file or from another process. */
export interface CaseRecord extends CaseName {
  readonly nodes: number;
  readonly kind: FailureKind;
  /** Ids of the links that failed. */
  readonly failed: readonly string[];
  /** Null where no demand was affected: there was nothing to do. */
  readonly outcome: Outcome | null;
}

/** An optimum, or a lower bound for it (`isExact` false); of a bound neither cost nor paths are known. */
export type Known = Pick<Optimum, 'overloadBps' | 'mlu'> & Partial<Optimum> & { readonly isExact: boolean };

/**
 * `contested`: the optimum is above 1.001 x the hottest arc that none of the movable demands can cool. `calm`: it is
 * not, and any detour would do. `open`: the linear program ran out of time and nothing else decides.
 */
export type Standing = 'contested' | 'calm' | 'open';

export interface Outcome {
  /** bit/s that do not count as overload. */
  readonly floorBps: number;
  readonly ours: PlanFigures;
  readonly igp: OracleFigures;
  /** With what it costs: the share (0..1) of all traffic that is lost. */
  readonly nothing: OracleFigures & { readonly lostShare: number };
  /** The first planner's moves; null where it was not asked. */
  readonly naive: OracleFigures | null;
  /** Utilisation of the hottest arc with all movable demands taken away. */
  readonly hottestFixed: number;
  readonly gap: number;
  readonly affected: number;
  readonly moves: number;
  /** Of those, of demands that were not affected. */
  readonly extra: number;
  readonly elapsedMs: number;
  /** Whether the planner took the same demands for affected as the bench did. */
  readonly sameAffected: boolean;
  /** Whether `detour verify` was asked, and what it says against the plan; null where nothing. */
  readonly isVerified: boolean;
  readonly refused: string | null;
  readonly standing: Standing;
  /** With the same movable demands; null where the case is not contested, or nobody knows. */
  readonly optimum: Known | null;
  /** Least overload with the affected demands alone; differs from the optimum where the plan took others with them. */
  readonly affectedOverloadBps: number | null;
  /** Optimum with every connected demand movable; null where not worked out. */
  readonly allMovable: Pick<Optimum, 'overloadBps' | 'mlu'> | null;
  /** Whether the plan has a safe order, and whether the search over all subsets finds one; null where not asked. */
  readonly order: OrderOutcome | null;
  /** Realised by metrics; null where not asked or not possible. */
  readonly metrics: MetricsOutcome | null;
}

export interface OrderOutcome {
  readonly oracle: boolean;
  readonly plan: boolean;
  /** Whether the plan says that there is none. */
  readonly deadlock: boolean;
}

export interface MetricsOutcome {
  readonly mlu: number;
  readonly changes: number;
  /** Largest difference of an arc's load between plan and simulator, as a share of the highest load. */
  readonly loadDifference: number;
}

export function keyOf({ network, base, seed, mlu, limit, failure }: CaseName): string {
  return JSON.stringify([network, base, seed, mlu, limit, failure]);
}
