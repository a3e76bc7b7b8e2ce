import type { PlanInput } from '../plan.ts';
import type { MoveLog } from './settings.ts';

const HOUR_MS = 3_600_000;
/** Returns may use this part of the budget; the rest is kept for what goes wrong. */
const RETURN_SHARE = 0.5;

/** Moves that are still allowed in this plan; takes are counted as they are made. */
export class MoveBudget {
  readonly #most: number;
  #spent: number;

  constructor(input: PlanInput) {
    this.#most = input.limits.stability?.maxMovesPerHour ?? Infinity;
    this.#spent = movesWithinHour(input);
  }

  get left(): number {
    return Math.max(0, this.#most - this.#spent);
  }

  take(moves: number): void {
    this.#spent += moves;
  }

  /** Counts the moves of a return, if there is budget for all of them. */
  takeReturn(moves: number): boolean {
    if (this.#spent + moves > this.#most * RETURN_SHARE) return moves === 0;
    this.#spent += moves;
    return true;
  }
}

/** Moves that plans made within the hour before the input's time, by the records of their proposals. */
export function movesWithinHour(input: PlanInput): number {
  const logs = [...input.open, ...(input.closed ?? [])].map(({ moveLog }) => lastHour(moveLog, input.atMs));
  return logs.flat().reduce((sum, { moves }) => sum + moves, 0);
}

/** The record with these moves added, and without what is older than an hour. */
export function logged(log: MoveLog | undefined, atMs: number, moves: number): MoveLog {
  return [...lastHour(log, atMs), ...(moves > 0 ? [{ atMs, moves }] : [])];
}

function lastHour(log: MoveLog | undefined, nowMs: number): MoveLog {
  return (log ?? []).filter(({ atMs }) => atMs > nowMs - HOUR_MS);
}
