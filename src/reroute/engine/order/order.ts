import { apply, type Change, ChangeMaker, fits, type OrderFrame, type OrderMove, roomOf } from './change.ts';
import type { Board } from './dependencies.ts';
import { findOffer, type Offer } from './offer.ts';
import { type Found, OrderSearch } from './search.ts';
import { mergeSteps } from './steps.ts';

export interface OrderInput extends OrderFrame {
  readonly moves: readonly OrderMove[];
}

/** A move that has to wait, and the arc where it finds no room. */
export interface Block {
  readonly move: number;
  readonly arc: number;
  /** bit/s that are missing there. */
  readonly missingBps: number;
}

export interface Deadlock {
  /** Moves (indices) that are in no step. */
  readonly moves: readonly number[];
  /** Those of them that wait for each other; the rest waits for these. */
  readonly circle: readonly number[];
  /** Where the circle blocks. */
  readonly blocks: readonly Block[];
  /** True where every order was tried or ruled out: none exists. False: none was found. */
  readonly isProven: boolean;
  /** A way out that was tried and obeys the rule, to be taken after the steps; null where none was found. */
  readonly offer: Offer | null;
}

export interface OrderResult {
  /** Indices of `moves`; a step's moves are made together, steps one after another. */
  readonly steps: readonly (readonly number[])[];
  readonly deadlock: Deadlock | null;
}

/** Entries of changes that a search may look at, besides some passes over all: it ends within 0.1 s or so. */
const BUDGET = 60_000;
const PASSES = 30;
/** Up to this many moves every order is tried whatever it takes (2^16 states at most). */
const ALWAYS_PROVEN = 16;

/**
 * Orders moves so that they can be made before the old ways are given up: load during a step = load before it + sum
 * over its demands of max(0, new - old) on each arc, and this stays at or below max(limit x capacity, load at the
 * start, load at the end) on every arc. As few steps as it sees. Where no such order exists (or none was found), what
 * can be made safely is in the steps, the rest is the deadlock, with a detour or a split that resolves it.
 */
export function orderMoves(input: OrderInput): OrderResult {
  const maker = new ChangeMaker(input.graph);
  const changes = input.moves.map(({ bps, from, to }) => maker.changeOf(bps, from, to));
  const roomBps = roomOf(input, changes);
  const fresh = (): Board => ({ changes, roomBps, loadBps: input.startBps.slice() });
  const all = changes.map((_change, move) => move);
  const found = search(fresh, all);
  if (found.order) return { steps: mergeSteps(fresh(), found.order), deadlock: null };
  const order = partialOrder(fresh, all, found);
  const left = new Set(all);
  for (const move of order) left.delete(move);
  const steps = mergeSteps(fresh(), order);
  // A search that ran out of its budget may have missed an order that whatever fits next comes to.
  if (left.size === 0) return { steps, deadlock: null };
  return { steps, deadlock: deadlockOf(input, fresh(), steps.flat(), [...left], found) };
}

/** First from the start on, then, where that is not decided, backwards from the end: the rule is the same both ways. */
function search(fresh: () => Board, moves: readonly number[]): Found {
  const budget = moves.length <= ALWAYS_PROVEN ? Infinity : budgetOf(fresh().changes);
  const forward = new OrderSearch(fresh(), budget).run(moves);
  if (forward.order || forward.isProven) return forward;
  const { changes, roomBps, loadBps } = fresh();
  for (const move of moves) apply(loadBps, changes[move] as Change);
  const undone = changes.map(({ arcs, deltaBps }) => ({ arcs, deltaBps: deltaBps.map((delta) => -delta) }));
  const backward = new OrderSearch({ changes: undone, roomBps, loadBps }, budget).run(moves);
  if (backward.order) return { ...backward, order: backward.order.toReversed() };
  return { ...forward, isProven: backward.isProven };
}

function budgetOf(changes: readonly Change[]): number {
  return BUDGET + PASSES * changes.reduce((sum, { arcs }) => sum + arcs.length + 1, 0);
}

/** Leaves out what is stuck until the others have an order; where that goes on for too long, makes whatever fits. */
function partialOrder(fresh: () => Board, all: readonly number[], found: Found): readonly number[] {
  const isOut = new Set([...found.hopeless, ...found.stuck]);
  const budget = budgetOf(fresh().changes) / 2;
  for (let round = 0; round < 4 && isOut.size > 0; round += 1) {
    const next = new OrderSearch(fresh(), budget).run(all.filter((move) => !isOut.has(move)));
    if (next.order) return next.order;
    if (next.stuck.length === 0) break;
    for (const move of [...next.hopeless, ...next.stuck]) isOut.add(move);
  }
  return whateverFits(fresh(), all);
}

function whateverFits({ changes, roomBps, loadBps }: Board, all: readonly number[]): number[] {
  const order: number[] = [];
  let waiting = [...all];
  for (let before = -1; before !== order.length; ) {
    before = order.length;
    waiting = waiting.filter((move) => {
      const change = changes[move] as Change;
      if (!fits(loadBps, roomBps, change)) return true;
      apply(loadBps, change);
      order.push(move);
      return false;
    });
  }
  return order;
}

function deadlockOf(
  input: OrderInput,
  board: Board,
  made: readonly number[],
  left: readonly number[],
  found: Found,
): Deadlock {
  for (const move of made) apply(board.loadBps, board.changes[move] as Change);
  const seen = found.stuck.filter((move) => left.includes(move));
  const circle = seen.length > 0 ? seen : left;
  const blocks = circle.flatMap((move) => blocksOf(board, move));
  const offer = findOffer(input, board, left);
  return { moves: left, circle, blocks, isProven: found.isProven, offer };
}

/** Where a move does not fit now. */
function blocksOf({ changes, loadBps, roomBps }: Board, move: number): Block[] {
  const { arcs, deltaBps } = changes[move] as Change;
  const blocks: Block[] = [];
  arcs.forEach((arc, at) => {
    const delta = deltaBps[at] as number;
    const missingBps = (loadBps[arc] as number) + delta - (roomBps[arc] as number);
    if (delta > 0 && missingBps > 0) blocks.push({ move, arc, missingBps });
  });
  return blocks;
}
