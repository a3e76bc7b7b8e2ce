import type { CompiledGraph } from '../../../twin/compiled.ts';

/** Part of a demand on arcs: a path, or with `shares` (per arc, of this part) an equal-cost spread over several. */
export interface OrderFlow {
  /** 0..1 */
  readonly share: number;
  readonly arcs: ArrayLike<number>;
  readonly shares?: ArrayLike<number> | null;
}

/** One demand that changes its way. */
export interface OrderMove {
  /** Node numbers: a detour may be looked for between them. */
  readonly source: number;
  readonly target: number;
  /** bit/s */
  readonly bps: number;
  /** What loads arcs now; of a broken way only the part up to the break. */
  readonly from: readonly OrderFlow[];
  readonly to: readonly OrderFlow[];
}

/** Where the rule is to hold, and where detours may be looked for. */
export interface OrderFrame {
  readonly graph: CompiledGraph;
  /** Highest utilisation wanted, per arc. */
  readonly limit: Float64Array;
  /** 1 where a temporary path may run; without it, no detours are offered. */
  readonly open?: Uint8Array;
  /** bit/s per arc before the first step. */
  readonly startBps: Float64Array;
}

/**
 * What a move does to arcs, bit/s: > 0 where it comes, < 0 where it leaves. Plain arrays: typed ones of this size cost an
 * allocation outside the heap each.
 */
export interface Change {
  readonly arcs: readonly number[];
  readonly deltaBps: readonly number[];
}

/** Changes below this part of the demand are rounding. */
const NO_CHANGE = 1e-12;
/** Sums in another order differ by less than this; stricter than what a plan is checked with. */
const ROUNDING = 1e-10;

/** Works out changes; what it needs for that is allocated once. */
export class ChangeMaker {
  /** Part of a demand that comes (> 0) or leaves, per arc, and the arcs where something does; clear between calls. */
  readonly #share: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #touched: Int32Array;
  #touchedCount = 0;

  constructor({ arcCount }: Pick<CompiledGraph, 'arcCount'>) {
    this.#share = new Float64Array(arcCount);
    this.#isTouched = new Uint8Array(arcCount);
    this.#touched = new Int32Array(arcCount);
  }

  changeOf(bps: number, from: readonly OrderFlow[], to: readonly OrderFlow[]): Change {
    this.#touchedCount = 0;
    for (const flow of from) this.#add(flow, -1);
    for (const flow of to) this.#add(flow, 1);
    const arcs: number[] = [];
    const deltaBps: number[] = [];
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const arc = this.#touched[at] as number;
      const share = this.#share[arc] as number;
      this.#share[arc] = 0;
      this.#isTouched[arc] = 0;
      if (Math.abs(share) <= NO_CHANGE) continue;
      arcs.push(arc);
      deltaBps.push(bps * share);
    }
    return { arcs, deltaBps };
  }

  #add({ share, arcs, shares }: OrderFlow, sign: 1 | -1): void {
    for (let at = 0; at < arcs.length; at += 1) {
      const arc = arcs[at] as number;
      if (this.#isTouched[arc] === 0) {
        this.#isTouched[arc] = 1;
        this.#touched[this.#touchedCount++] = arc;
      }
      const part = shares ? (shares[at] as number) * share : share;
      this.#share[arc] = (this.#share[arc] as number) + sign * part;
    }
  }
}

/**
 * bit/s that each arc may carry on the way: limit x capacity, or what it carries at the start or at the end where that
 * is more.
 */
export function roomOf(frame: OrderFrame, changes: readonly Change[]): Float64Array {
  const end = frame.startBps.slice();
  for (const change of changes) apply(end, change);
  return roomBetween(frame, frame.startBps, end);
}

export function roomBetween(
  { graph, limit }: Pick<OrderFrame, 'graph' | 'limit'>,
  startBps: Float64Array,
  endBps: Float64Array,
): Float64Array {
  return graph.capacityBps.map((capacity, arc) => {
    const most = Math.max(capacity * (limit[arc] as number), startBps[arc] as number, endBps[arc] as number);
    return most + ROUNDING * Math.max(most, capacity);
  });
}

/** True where the move can be made now: old and new way both carry the demand while it moves. */
export function fits(loadBps: Float64Array, roomBps: Float64Array, { arcs, deltaBps }: Change): boolean {
  for (let at = 0; at < arcs.length; at += 1) {
    const delta = deltaBps[at] as number;
    const arc = arcs[at] as number;
    if (delta > 0 && (loadBps[arc] as number) + delta > (roomBps[arc] as number)) return false;
  }
  return true;
}

export function apply(loadBps: Float64Array, { arcs, deltaBps }: Change): void {
  for (let at = 0; at < arcs.length; at += 1) {
    const arc = arcs[at] as number;
    loadBps[arc] = (loadBps[arc] as number) + (deltaBps[at] as number);
  }
}

/** Adds only what comes: what the arcs carry while the move is being made. */
export function applyComing(loadBps: Float64Array, { arcs, deltaBps }: Change): void {
  for (let at = 0; at < arcs.length; at += 1) {
    const arc = arcs[at] as number;
    loadBps[arc] = (loadBps[arc] as number) + Math.max(0, deltaBps[at] as number);
  }
}
