import { applyComing, type Change } from './change.ts';

/** What has been made, and what arcs carry and may carry then. */
export interface Board {
  readonly changes: readonly Change[];
  readonly loadBps: Float64Array;
  readonly roomBps: Float64Array;
}

/**
 * Arcs on which these moves can get in each other's way: what all of them bring does not fit beside what is there. Of
 * these arcs, each move's coming and leaving. On all other arcs any order will do.
 */
interface Contention {
  readonly comers: Map<number, number[]>;
  readonly leavers: Map<number, number[]>;
}

/** bit/s per arc if all these moves came at once and nobody left. */
export function peakOf({ changes, loadBps }: Board, moves: readonly number[]): Float64Array {
  const peakBps = loadBps.slice();
  for (const move of moves) applyComing(peakBps, changes[move] as Change);
  return peakBps;
}

function contention(board: Board, moves: readonly number[]): Contention {
  const { changes, roomBps } = board;
  const peakBps = peakOf(board, moves);
  const comers = new Map<number, number[]>();
  const leavers = new Map<number, number[]>();
  for (const move of moves) {
    const { arcs, deltaBps } = changes[move] as Change;
    for (let at = 0; at < arcs.length; at += 1) {
      const arc = arcs[at] as number;
      if ((peakBps[arc] as number) > (roomBps[arc] as number)) {
        pushTo((deltaBps[at] as number) > 0 ? comers : leavers, arc, move);
      }
    }
  }
  return { comers, leavers };
}

function pushTo(lists: Map<number, number[]>, arc: number, move: number): void {
  const list = lists.get(arc);
  if (list) list.push(move);
  else lists.set(arc, [move]);
}

/**
 * Groups of moves, first things first: a move comes after those that make room on an arc that it needs, and moves that
 * wait for each other in a circle are one group. Some safe order makes the groups one after another, if there is any:
 * putting off moves that make no room for a group only leaves it more; and on an arc where nobody leaves any more the
 * rest may come in any order, for at the end all are there and the arc holds. So each group can be solved by itself.
 * Null where nothing is contested: any order will do.
 */
export function groupsInOrder(board: Board, moves: readonly number[]): number[][] | null {
  const { comers, leavers } = contention(board, moves);
  if (comers.size === 0) return null;
  const contested = [...comers.keys()];
  const position = new Map<number, number>();
  moves.forEach((move, at) => {
    position.set(move, at);
  });
  // Nodes of the graph: moves, then contested arcs. A leaver leads to its arc, an arc to its comers.
  const next: number[][] = Array.from({ length: moves.length + contested.length }, () => []);
  contested.forEach((arc, at) => {
    const node = moves.length + at;
    for (const move of leavers.get(arc) ?? []) (next[position.get(move) as number] as number[]).push(node);
    next[node] = (comers.get(arc) ?? []).map((move) => position.get(move) as number);
  });
  return stronglyConnected(next)
    .map((nodes) => nodes.filter((node) => node < moves.length).map((node) => moves[node] as number))
    .filter((group) => group.length > 0)
    .map((group) => group.sort((x, y) => x - y));
}

/** Strongly connected components, sources first (Tarjan 1972; iterative, for long chains overflow the stack). */
export function stronglyConnected(next: readonly (readonly number[])[]): number[][] {
  const tarjan = new Tarjan(next);
  for (let node = 0; node < next.length; node += 1) tarjan.visit(node);
  return tarjan.components.reverse();
}

class Tarjan {
  /** In reverse topological order. */
  readonly components: number[][] = [];
  readonly #next: readonly (readonly number[])[];
  readonly #seenAt: Int32Array;
  readonly #low: Int32Array;
  readonly #slot: Int32Array;
  readonly #isOpen: Uint8Array;
  readonly #open: number[] = [];
  readonly #way: number[] = [];
  #clock = 1;

  constructor(next: readonly (readonly number[])[]) {
    this.#next = next;
    this.#seenAt = new Int32Array(next.length);
    this.#low = new Int32Array(next.length);
    this.#slot = new Int32Array(next.length);
    this.#isOpen = new Uint8Array(next.length);
  }

  visit(root: number): void {
    if (this.#seenAt[root] !== 0) return;
    this.#enter(root);
    while (this.#way.length > 0) {
      const node = this.#way[this.#way.length - 1] as number;
      const slot = this.#slot[node] as number;
      const child = this.#next[node]?.[slot];
      if (child === undefined) this.#leave(node);
      else {
        this.#slot[node] = slot + 1;
        if (this.#seenAt[child] === 0) this.#enter(child);
        else if (this.#isOpen[child]) this.#lower(node, this.#seenAt[child] as number);
      }
    }
  }

  #enter(node: number): void {
    this.#seenAt[node] = this.#clock;
    this.#low[node] = this.#clock;
    this.#clock += 1;
    this.#isOpen[node] = 1;
    this.#open.push(node);
    this.#way.push(node);
  }

  #leave(node: number): void {
    this.#way.pop();
    const parent = this.#way[this.#way.length - 1];
    if (parent !== undefined) this.#lower(parent, this.#low[node] as number);
    if (this.#low[node] !== this.#seenAt[node]) return;
    const members = this.#open.splice(this.#open.lastIndexOf(node));
    for (const member of members) this.#isOpen[member] = 0;
    this.components.push(members);
  }

  #lower(node: number, value: number): void {
    this.#low[node] = Math.min(this.#low[node] as number, value);
  }
}
