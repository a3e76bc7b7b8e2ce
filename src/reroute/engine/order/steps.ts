import { apply, applyComing, type Change, fits } from './change.ts';
import type { Board } from './dependencies.ts';

/** Moves of this many others in the order are not tried for an earlier step one by one. */
const LOOK_AHEAD = 32;
/** Moves that may be looked at to see whether others can still follow. */
const BUDGET = 4_000;

/**
 * Puts a safe order of single moves into fewer steps: moves whose coming fits together share one. A move is drawn
 * forward only where all that are left can still follow in their order. `board.loadBps` is consumed.
 */
export function mergeSteps(board: Board, order: readonly number[]): number[][] {
  const steps: number[][] = [];
  let rest = [...order];
  const budget = { left: BUDGET };
  while (rest.length > 0) {
    const step = nextStep(board, rest, budget);
    for (const move of step) apply(board.loadBps, board.changes[move] as Change);
    const taken = new Set(step);
    rest = rest.filter((move) => !taken.has(move));
    steps.push(step);
  }
  return steps;
}

function nextStep(board: Board, rest: readonly number[], budget: { left: number }): number[] {
  const { changes, roomBps } = board;
  const peakBps = board.loadBps.slice();
  const step: number[] = [];
  const take = (move: number): void => {
    applyComing(peakBps, changes[move] as Change);
    step.push(move);
  };
  const isHarmless = harmless(board, rest);
  for (const move of rest) if (isHarmless(changes[move] as Change)) take(move);
  const others = rest.filter((move) => !isHarmless(changes[move] as Change));
  let tried = 0;
  for (const move of others) {
    if (tried > 0 && (tried > LOOK_AHEAD || budget.left <= 0)) break;
    const isInTurn = tried === 0;
    if (!isInTurn) budget.left -= rest.length;
    const fitsBeside = fits(peakBps, roomBps, changes[move] as Change);
    if (fitsBeside && (isInTurn || canFollow(board, rest, [...step, move]))) take(move);
    else tried += 1;
  }
  return step;
}

/** Says of a change whether it comes only to arcs with room for all that are still to come: it is in nobody's way. */
function harmless({ changes, loadBps, roomBps }: Board, rest: readonly number[]): (change: Change) => boolean {
  const allBps = loadBps.slice();
  for (const move of rest) applyComing(allBps, changes[move] as Change);
  return ({ arcs, deltaBps }) =>
    arcs.every((arc, at) => (deltaBps[at] as number) < 0 || (allBps[arc] as number) <= (roomBps[arc] as number));
}

/** With this step made, do the others still fit one after another? */
function canFollow({ changes, loadBps, roomBps }: Board, rest: readonly number[], step: readonly number[]): boolean {
  const made = new Set(step);
  const bps = loadBps.slice();
  for (const move of step) apply(bps, changes[move] as Change);
  return isSafeOrder(
    { changes, loadBps: bps, roomBps },
    rest.filter((move) => !made.has(move)),
  );
}

/** Does each move fit when it is its turn? `board.loadBps` is consumed. */
export function isSafeOrder({ changes, loadBps, roomBps }: Board, order: readonly number[]): boolean {
  return order.every((move) => {
    const change = changes[move] as Change;
    if (!fits(loadBps, roomBps, change)) return false;
    apply(loadBps, change);
    return true;
  });
}
