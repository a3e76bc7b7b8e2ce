import { ShortestPaths } from '../../../twin/shortest-path.ts';
import { apply, type Change, ChangeMaker, fits, type OrderFrame, type OrderMove } from './change.ts';
import type { Board } from './dependencies.ts';
import { OrderSearch } from './search.ts';
import { isSafeOrder } from './steps.ts';

/** One move of a way out: a whole move, or a part of one. */
export interface OfferStep {
  readonly move: number;
  /** `onto` the temporary path, `off` it to where it is to go; `half` of the demand; `whole`: as planned. */
  readonly part: 'whole' | 'onto' | 'off' | 'half';
}

/** A way out of a deadlock that has been tried: every one of its steps obeys the rule. */
export type Offer =
  | { readonly kind: 'detour'; readonly move: number; readonly arcs: readonly number[]; readonly steps: OfferStep[] }
  | { readonly kind: 'split'; readonly moves: readonly number[]; readonly steps: OfferStep[] };

type OfferInput = OrderFrame & { readonly moves: readonly OrderMove[] };

/** Moves that are tried one by one: the smallest, for they are the easiest to place elsewhere for a while. */
const TRIED = 12;
/** For all tries together. */
const BUDGET = 60_000;

/** When more than this is left, one move more or less does not resolve it. */
const MOST_LEFT = 64;

type Purse = { left: number };

/** A detour for one of the moves that are left, else halves of one or of all. `board` is at the end of the steps. */
export function findOffer(input: OfferInput, board: Board, left: readonly number[]): Offer | null {
  if (left.length > MOST_LEFT) return null;
  const smallest = left
    .toSorted((x, y) => (input.moves[x] as OrderMove).bps - (input.moves[y] as OrderMove).bps || x - y)
    .slice(0, TRIED);
  const purse = { left: BUDGET };
  for (const move of smallest) {
    const offer = detour(input, board, left, move, purse);
    if (offer) return offer;
  }
  for (const moves of [...smallest.map((move) => [move]), left]) {
    const offer = split(board, left, moves, purse);
    if (offer) return offer;
  }
  return null;
}

/** Moves one demand out of the way first, over a path that has room for it now, and to its place when there is room. */
function detour(input: OfferInput, board: Board, left: readonly number[], move: number, purse: Purse): Offer | null {
  if (purse.left <= 0) return null;
  const others = left.filter((other) => other !== move);
  const contested = new Set(others.flatMap((other) => comingTo(board.changes[other] as Change)));
  for (const isShut of [(arc: number) => contested.has(arc), () => false]) {
    const arcs = freePath(input, board, move, isShut);
    const steps = arcs && trySteps(input, board, others, { move, arcs }, purse);
    if (arcs && steps) return { kind: 'detour', move, arcs, steps };
  }
  return null;
}

function comingTo({ arcs, deltaBps }: Change): number[] {
  return [...arcs].filter((_arc, at) => (deltaBps[at] as number) > 0);
}

/** The shortest path by metric on which the whole demand fits beside what is there. */
function freePath(
  { graph, open, moves }: OfferInput,
  { loadBps, roomBps }: Board,
  move: number,
  isShut: (arc: number) => boolean,
): number[] | null {
  if (!open) return null;
  const { source, target, bps, from } = moves[move] as OrderMove;
  const here = new Float64Array(graph.arcCount);
  apply(here, new ChangeMaker(graph).changeOf(bps, [], from));
  const cost = graph.metric.map((metric, arc) => {
    const comes = bps - (here[arc] as number);
    const hasRoom = comes <= 0 || (loadBps[arc] as number) + comes <= (roomBps[arc] as number);
    return open[arc] && hasRoom && !isShut(arc) ? metric : Infinity;
  });
  const paths = new ShortestPaths(graph);
  paths.from(source, cost, target);
  return paths.pathTo(target);
}

function trySteps(
  input: OfferInput,
  board: Board,
  others: readonly number[],
  { move, arcs }: { move: number; arcs: readonly number[] },
  purse: Purse,
): OfferStep[] | null {
  const { bps, from, to } = input.moves[move] as OrderMove;
  const path = [{ share: 1, arcs }];
  const maker = new ChangeMaker(input.graph);
  const [onto, off] = [maker.changeOf(bps, from, path), maker.changeOf(bps, path, to)];
  const changes = [onto, off, ...others.map((other) => board.changes[other] as Change)];
  const loadBps = board.loadBps.slice();
  if (!fits(loadBps, board.roomBps, onto)) return null;
  apply(loadBps, onto);
  const wanted = [1, ...others.map((_other, at) => at + 2)];
  const order = safeOrder({ changes, loadBps, roomBps: board.roomBps }, wanted, purse);
  if (!order) return null;
  const named = order.map((at): OfferStep => {
    return at === 1 ? { move, part: 'off' } : { move: others[at - 2] as number, part: 'whole' };
  });
  return [{ move, part: 'onto' }, ...named];
}

/** Moves these demands in two halves. */
function split(board: Board, left: readonly number[], moves: readonly number[], purse: Purse): Offer | null {
  if (purse.left <= 0) return null;
  const changes: Change[] = [];
  const parts: OfferStep[] = [];
  for (const move of left) {
    const { arcs, deltaBps } = board.changes[move] as Change;
    const isSplit = moves.includes(move);
    const part = { arcs, deltaBps: isSplit ? deltaBps.map((delta) => delta / 2) : deltaBps };
    for (let half = 0; half < (isSplit ? 2 : 1); half += 1) {
      changes.push(part);
      parts.push({ move, part: isSplit ? 'half' : 'whole' });
    }
  }
  const all = changes.map((_change, at) => at);
  const order = safeOrder({ changes, loadBps: board.loadBps.slice(), roomBps: board.roomBps }, all, purse);
  return order && { kind: 'split', moves, steps: order.map((at) => parts[at] as OfferStep) };
}

/** An order that the search found and that holds when it is gone through again. */
function safeOrder(board: Board, moves: readonly number[], purse: Purse): readonly number[] | null {
  const again = { ...board, loadBps: board.loadBps.slice() };
  const search = new OrderSearch(board, purse.left);
  const { order } = search.run(moves);
  purse.left = Math.min(search.budget, purse.left - moves.length);
  return order && isSafeOrder(again, order) ? order : null;
}
