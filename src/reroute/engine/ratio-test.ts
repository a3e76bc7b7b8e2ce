import type { Column } from './flow.ts';
import { CAP, KINK, type SimplexState } from './simplex-state.ts';

/** What blocks a step, and how long the step was. */
export type Leaving = { readonly step: number } & (
  | { readonly kind: 'entering' }
  | { readonly kind: 'basic'; readonly at: number }
  | { readonly kind: 'key'; readonly commodity: number }
  | { readonly kind: 'row'; readonly arc: number; readonly rowKind: number }
);

/** A direction in which the objective gets smaller. */
export interface Move {
  /** Change of load per arc and unit of step. */
  readonly direction: Float64Array;
  /** Change of the basic columns. */
  readonly change: Float64Array;
  readonly mluChange: number;
  /** Change of the objective, < 0. */
  readonly rate: number;
  readonly column: { readonly column: Column; readonly start: number; readonly sign: 1 | -1 } | null;
}

const TINY = 1e-9;
/** Steps that differ by less are equal; the one with the larger pivot is taken. */
const TIE = 1e-14;

/** Finds how far a move can go, and goes there. Kinks are crossed as long as the objective keeps getting smaller. */
export class RatioTest {
  readonly #state: SimplexState;
  #step = Infinity;
  #pivot = 0;
  #kind: 'entering' | 'basic' | 'key' | 'cap' | 'kink' = 'basic';
  #at = -1;
  readonly #keyChange = new Map<number, number>();

  constructor(state: SimplexState) {
    this.#state = state;
  }

  /** Null where nothing blocks, which only rounding can bring about. */
  run(move: Move): Leaving | null {
    let { rate } = move;
    let gone = 0;
    this.#collectKeys(move);
    for (;;) {
      this.#step = Infinity;
      this.#pivot = 0;
      this.#testColumns(move, gone);
      this.#testArcs(move);
      if (this.#step === Infinity) return null;
      this.#advance(move, this.#step);
      gone += this.#step;
      if (this.#kind !== 'kink') break;
      rate += this.#steeper(move.direction);
      if (rate >= 0) break;
      this.#crossKink(move.direction[this.#at] as number);
    }
    return this.#leaving(gone);
  }

  #leaving(step: number): Leaving {
    const at = this.#at;
    if (this.#kind === 'entering') return { kind: 'entering', step };
    if (this.#kind === 'basic') return { kind: 'basic', at, step };
    if (this.#kind === 'key') return { kind: 'key', commodity: at, step };
    return { kind: 'row', arc: at, rowKind: this.#kind === 'cap' ? CAP : KINK, step };
  }

  /** By how much the objective's rate grows beyond the kink. */
  #steeper(direction: Float64Array): number {
    const { piece } = this.#state;
    const by = direction[this.#at] as number;
    const kink = by > 0 ? (piece[this.#at] as number) : (piece[this.#at] as number) - 1;
    return (this.#state.slope(this.#at, kink + 1) - this.#state.slope(this.#at, kink)) * Math.abs(by);
  }

  #crossKink(by: number): void {
    const { piece } = this.#state;
    piece[this.#at] = (piece[this.#at] as number) + (by > 0 ? 1 : -1);
  }

  #collectKeys(move: Move): void {
    const keys = this.#keyChange;
    keys.clear();
    this.#state.basics.forEach((column, at) => {
      if (column) keys.set(column.commodity, (keys.get(column.commodity) ?? 0) - (move.change[at] as number));
    });
    if (move.column) {
      const { commodity } = move.column.column;
      keys.set(commodity, (keys.get(commodity) ?? 0) - move.column.sign);
    }
  }

  #testColumns(move: Move, gone: number): void {
    const { basics, basicValue, keyValue } = this.#state;
    for (let at = 0; at < basics.length; at += 1) {
      const change = move.change[at] as number;
      if (basics[at] && change < -TINY) this.#offer((basicValue[at] as number) / -change, -change, 'basic', at);
    }
    for (const [commodity, change] of this.#keyChange) {
      if (change < -TINY) this.#offer((keyValue[commodity] as number) / -change, -change, 'key', commodity);
    }
    if (move.column && move.column.sign < 0) this.#offer(move.column.start - gone, 1, 'entering', -1);
  }

  #testArcs({ direction, mluChange }: Move): void {
    const { load, mluWeight, problem, curves } = this.#state;
    const { alive } = problem;
    for (let arc = 0; arc < load.length; arc += 1) {
      if (!alive[arc]) continue;
      const by = direction[arc] as number;
      if (mluWeight > 0) this.#testCap(arc, by, mluChange);
      if (curves.pieces > 0 && by !== 0) this.#testKinks(arc, by);
    }
  }

  #testCap(arc: number, by: number, mluChange: number): void {
    const { load, capacity, capped, mlu } = this.#state;
    const room = (capacity[arc] as number) * mluChange - by;
    if (capped[arc] || room >= -TINY) return;
    this.#offer(((capacity[arc] as number) * mlu - (load[arc] as number)) / -room, -room, 'cap', arc);
  }

  #testKinks(arc: number, by: number): void {
    const { load, kinkOf, piece } = this.#state;
    if ((kinkOf[arc] as number) >= 0) return;
    const has = load[arc] as number;
    const at = piece[arc] as number;
    if (by > TINY) this.#offer((this.#state.kink(arc, at) - has) / by, by, 'kink', arc);
    else if (by < -TINY && at > 0) this.#offer((has - this.#state.kink(arc, at - 1)) / -by, -by, 'kink', arc);
  }

  #offer(step: number, pivot: number, kind: 'entering' | 'basic' | 'key' | 'cap' | 'kink', at: number): void {
    const length = Math.max(0, step);
    if (length > this.#step + TIE || (length > this.#step - TIE && pivot <= this.#pivot)) return;
    if (length === Infinity) return;
    this.#step = length;
    this.#pivot = pivot;
    this.#kind = kind;
    this.#at = at;
  }

  #advance({ direction, change, mluChange }: Move, step: number): void {
    const { load, basicValue, keyValue } = this.#state;
    if (step === 0) return;
    for (let arc = 0; arc < load.length; arc += 1) {
      const by = direction[arc] as number;
      if (by !== 0) load[arc] = (load[arc] as number) + step * by;
    }
    this.#state.mlu += step * mluChange;
    for (let at = 0; at < basicValue.length; at += 1) {
      basicValue[at] = Math.max(0, (basicValue[at] as number) + step * (change[at] as number));
    }
    for (const [commodity, by] of this.#keyChange) {
      keyValue[commodity] = Math.max(0, (keyValue[commodity] as number) + step * by);
    }
  }
}
