import { apply, type Change, fits } from './change.ts';
import { type Board, groupsInOrder, peakOf } from './dependencies.ts';

/** What a search for an order came to. */
export interface Found {
  /** The moves one after another; null where there is none, or none was found. */
  readonly order: readonly number[] | null;
  /** With `order` null: whether every order has been tried (or ruled out). */
  readonly isProven: boolean;
  /** With `order` null: moves that wait for each other, as few as were seen. */
  readonly stuck: readonly number[];
  /** Moves that fit at no time, whatever the order of the others. */
  readonly hopeless: readonly number[];
}

/**
 * Moves that would not fit even if all that can be made before them only took load away, and `leastBps`, what the arcs
 * carry then: a quick proof that no order exists.
 */
function neverFitting(
  { changes, loadBps, roomBps }: Board,
  moves: readonly number[],
): { moves: number[]; leastBps: Float64Array } {
  const leastBps = loadBps.slice();
  let waiting = [...moves];
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length;
    waiting = waiting.filter((move) => {
      const change = changes[move] as Change;
      if (!fits(leastBps, roomBps, change)) return true;
      change.arcs.forEach((arc, at) => {
        leastBps[arc] = (leastBps[arc] as number) + Math.min(0, change.deltaBps[at] as number);
      });
      return false;
    });
  }
  return { moves: waiting, leastBps };
}

/** Groups up to this size are split anew after every move; larger ones when they have shrunk. */
const SMALL_GROUP = 48;

/**
 * Searches for an order of single moves in which each, made before the old way is given up, fits. Exact as long as
 * the budget lasts: groups that wait for each other in a circle are tried depth first, each set of moves made once.
 */
export class OrderSearch {
  readonly #board: Board;
  readonly #made: Uint8Array;
  readonly #dead = new Set<string>();
  #budget: number;
  #isExhaustive = true;
  #stuck: number[] | null = null;

  /** `budget`: entries of changes that may be looked at, at some 0.3 us each. The board's loads are changed. */
  constructor(board: Board, budget: number) {
    this.#board = board;
    this.#budget = budget;
    this.#made = new Uint8Array(board.changes.length);
  }

  /** What is left of the budget, >= 0. */
  get budget(): number {
    return Math.max(0, this.#budget);
  }

  run(moves: readonly number[]): Found {
    const hopeless = neverFitting(this.#board, moves);
    if (hopeless.moves.length > 0) {
      const [stuck = []] = groupsInOrder({ ...this.#board, loadBps: hopeless.leastBps }, hopeless.moves) ?? [];
      return { order: null, isProven: true, stuck, hopeless: hopeless.moves };
    }
    const order = this.#solve(moves);
    const isProven = order === null && this.#budget > 0 && this.#isExhaustive;
    return { order, isProven, stuck: this.#stuck ?? [], hopeless: [] };
  }

  /** Makes all these moves, or none. */
  #solve(moves: readonly number[]): number[] | null {
    const order: number[] = [];
    if (moves.length === 0) return order;
    this.#spend(moves);
    for (const group of groupsInOrder(this.#board, moves) ?? moves.map((move) => [move])) {
      const solved = this.#solveGroup(group, moves.length);
      if (!solved) {
        this.#takeBack(order);
        return null;
      }
      for (const move of solved) order.push(move);
    }
    return order;
  }

  #solveGroup(group: readonly number[], parentSize: number): readonly number[] | null {
    const [only] = group;
    if (group.length > 1 || only === undefined) {
      return group.length === parentSize ? this.#solveCircle(group) : this.#solve(group);
    }
    if (!fits(this.#board.loadBps, this.#board.roomBps, this.#change(only))) {
      this.#noteStuck(group);
      return null;
    }
    this.#make(only);
    return group;
  }

  #solveCircle(moves: readonly number[]): number[] | null {
    const key = this.#key(moves);
    if (this.#dead.has(key)) return null;
    const candidates = this.#ranked(moves);
    if (candidates.length === 0) this.#noteStuck(moves);
    for (const move of candidates) {
      if (this.#budget <= 0) return null;
      const order = this.#startWith(move, moves);
      if (order) return order;
    }
    this.#dead.add(key);
    return null;
  }

  #startWith(first: number, moves: readonly number[]): number[] | null {
    const order = [first];
    this.#make(first);
    let rest = moves.filter((move) => move !== first);
    // Large circles are cheap to get wrong but dear to analyse: go on greedily until they have shrunk.
    while (rest.length > SMALL_GROUP && rest.length > moves.length * 0.75) {
      this.#spend(rest);
      const move = this.#ranked(rest).find((candidate) => this.#keepsHope(candidate, rest));
      if (move === undefined || this.#budget <= 0) break;
      this.#make(move);
      order.push(move);
      rest = rest.filter((other) => other !== move);
    }
    this.#spend(rest);
    const isHopeless = neverFitting(this.#board, rest).moves.length > 0;
    const tail = isHopeless ? null : this.#solve(rest);
    if (tail) return [...order, ...tail];
    if (order.length > 1) this.#isExhaustive = false;
    this.#takeBack(order);
    return null;
  }

  /** Could each of the others still fit at some time, if this move were made now? */
  #keepsHope(move: number, moves: readonly number[]): boolean {
    if (this.#budget <= 0) return false;
    this.#spend(moves);
    this.#make(move);
    const rest = moves.filter((other) => other !== move);
    const isHopeless = neverFitting(this.#board, rest).moves.length > 0;
    this.#takeBack([move]);
    return !isHopeless;
  }

  /** Moves that fit now, those first that make most room where others wait and take least of it. */
  #ranked(moves: readonly number[]): number[] {
    const peakBps = peakOf(this.#board, moves);
    this.#spend(moves);
    const scored: { move: number; score: number }[] = [];
    for (const move of moves) {
      if (!fits(this.#board.loadBps, this.#board.roomBps, this.#change(move))) continue;
      scored.push({ move, score: this.#score(this.#change(move), peakBps) });
    }
    return scored.sort((x, y) => y.score - x.score || x.move - y.move).map(({ move }) => move);
  }

  /** Load taken off arcs that others wait for, weighed by what is missing there; both as a part of the arc's room. */
  #score({ arcs, deltaBps }: Change, peakBps: Float64Array): number {
    const { roomBps } = this.#board;
    let score = 0;
    for (let at = 0; at < arcs.length; at += 1) {
      const arc = arcs[at] as number;
      const room = roomBps[arc] as number;
      const missing = (peakBps[arc] as number) - room;
      if (missing > 0) score -= ((deltaBps[at] as number) / room) * (missing / room);
    }
    return score;
  }

  #noteStuck(moves: readonly number[]): void {
    if (!this.#stuck || this.#stuck.length > moves.length) this.#stuck = [...moves];
  }

  #make(move: number): void {
    apply(this.#board.loadBps, this.#change(move));
    this.#made[move] = 1;
  }

  #takeBack(order: readonly number[]): void {
    for (let at = order.length - 1; at >= 0; at -= 1) {
      const { arcs, deltaBps } = this.#change(order[at] as number);
      apply(this.#board.loadBps, { arcs, deltaBps: deltaBps.map((delta) => -delta) });
      this.#made[order[at] as number] = 0;
    }
  }

  #change(move: number): Change {
    return this.#board.changes[move] as Change;
  }

  #spend(moves: readonly number[]): void {
    for (const move of moves) this.#budget -= this.#change(move).arcs.length + 1;
  }

  /** What has been made, and what is to be made here: the loads follow from the first. */
  #key(moves: readonly number[]): string {
    this.#budget -= this.#made.length >> 3;
    const made: number[] = [];
    this.#made.forEach((isMade, move) => {
      if (isMade) made.push(move);
    });
    return `${made.join()}|${moves.join()}`;
  }
}
