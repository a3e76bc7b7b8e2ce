import type { OrderInput, OrderMove } from '../../../../src/reroute/engine/order/index.ts';

/** The rule written down once more, as plainly as can be. */

const EQUAL = 1e-9;

type Ways = Pick<OrderMove, 'bps' | 'from' | 'to'>;

function waysBps(arcCount: number, bps: number, flows: OrderMove['from']): number[] {
  const load = new Array<number>(arcCount).fill(0);
  for (const { share, arcs } of flows)
    for (const arc of Array.from(arcs)) load[arc] = (load[arc] as number) + share * bps;
  return load;
}

function comes(arcCount: number, { bps, from, to }: Ways): number[] {
  const before = waysBps(arcCount, bps, from);
  return waysBps(arcCount, bps, to).map((after, arc) => after - (before[arc] as number));
}

export function most(input: OrderInput): number[] {
  const { graph, limit, startBps, moves } = input;
  const end = Array.from(startBps);
  for (const move of moves)
    comes(graph.arcCount, move).forEach((delta, arc) => {
      end[arc] = (end[arc] as number) + delta;
    });
  return end.map((bps, arc) => {
    const capacity = graph.capacityBps[arc] as number;
    return Math.max(capacity * (limit[arc] as number), startBps[arc] as number, bps) + EQUAL * capacity;
  });
}

/** First arc that is too full on the way through these steps; -1 where the rule holds. */
export function breach(input: OrderInput, steps: readonly (readonly Ways[])[], room = most(input)): number {
  const { graph, startBps } = input;
  const load = Array.from(startBps);
  for (const step of steps) {
    const deltas = step.map((move) => comes(graph.arcCount, move));
    const worst = load.findIndex((bps, arc) => {
      const during = deltas.reduce((sum, delta) => sum + Math.max(0, delta[arc] as number), bps);
      return during > (room[arc] as number) && during > bps;
    });
    if (worst >= 0) return worst;
    for (const delta of deltas)
      delta.forEach((bps, arc) => {
        load[arc] = (load[arc] as number) + bps;
      });
  }
  return -1;
}

/** Tries all permutations, giving up on one at its first breach. */
export function anyPermutation(input: OrderInput): boolean {
  const room = most(input);
  const deltas = input.moves.map((move) => comes(input.graph.arcCount, move));
  const go = (load: readonly number[], left: readonly number[]): boolean =>
    left.length === 0 ||
    left.some((move) => {
      const delta = deltas[move] as number[];
      if (delta.some((bps, arc) => bps > 0 && (load[arc] as number) + bps > (room[arc] as number))) return false;
      return go(
        load.map((bps, arc) => bps + (delta[arc] as number)),
        left.filter((other) => other !== move),
      );
    });
  return go(
    Array.from(input.startBps),
    deltas.map((_delta, move) => move),
  );
}
