import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/rng.ts';
import {
  type Deadlock,
  describeDeadlock,
  type OrderInput,
  type OrderMove,
  type OrderResult,
  orderMoves,
} from '../../../../src/reroute/engine/order/index.ts';
import { randomCase, randomGraph } from './cases.ts';
import { anyPermutation, breach, most } from './rule.ts';

const movesOf = (input: OrderInput, { steps }: OrderResult): OrderMove[][] =>
  steps.map((step) => step.map((move) => input.moves[move] as OrderMove));

/** The moves of an offer, each as it would be made. */
function offered(input: OrderInput, { offer }: Deadlock): Pick<OrderMove, 'bps' | 'from' | 'to'>[][] {
  if (!offer) return [];
  const detour = offer.kind === 'detour' ? [{ share: 1, arcs: offer.arcs }] : [];
  return offer.steps.map(({ move, part }) => {
    const whole = input.moves[move] as OrderMove;
    if (part === 'half') return [{ ...whole, bps: whole.bps / 2 }];
    if (part === 'onto') return [{ ...whole, to: detour }];
    return [part === 'off' ? { ...whole, from: detour } : whole];
  });
}

describe('orderMoves', () => {
  it('finds an order where one exists, and proves it where none does', () => {
    const seen = { ordered: 0, deadlocked: 0 };
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 7 }), (seed, count) => {
        const input = randomCase(createRng(seed), count);
        const result = orderMoves(input);
        const exists = anyPermutation(input);
        expect(result.deadlock === null).toBe(exists);
        if (result.deadlock) expect(result.deadlock.isProven).toBe(true);
        seen[exists ? 'ordered' : 'deadlocked'] += 1;
      }),
      { numRuns: 400, seed: 7 },
    );
    expect(Math.min(seen.ordered, seen.deadlocked)).toBeGreaterThan(30);
  });

  it('takes steps that obey the rule, holds every move once, and offers ways out that obey it too', () => {
    const seen = { detour: 0, split: 0, shared: 0 };
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 14 }), (seed, count) => {
        const input = randomCase(createRng(seed), count, 7, 6);
        const result = orderMoves(input);
        const steps = movesOf(input, result);
        expect(breach(input, steps)).toBe(-1);
        const { deadlock } = result;
        const named = [...result.steps.flat(), ...(deadlock?.moves ?? [])];
        expect(named.toSorted((x, y) => x - y)).toEqual(input.moves.map((_move, index) => index));
        if (result.steps.some((step) => step.length > 1)) seen.shared += 1;
        if (!deadlock) return;
        expect(deadlock.moves.length).toBeGreaterThan(0);
        expect(deadlock.circle.every((move) => deadlock.moves.includes(move))).toBe(true);
        if (!deadlock.offer) return;
        seen[deadlock.offer.kind] += 1;
        expect(breach(input, [...steps, ...offered(input, deadlock)], most(input))).toBe(-1);
      }),
      { numRuns: 400, seed: 11 },
    );
    expect(seen.detour).toBeGreaterThan(10);
    expect(seen.split).toBeGreaterThan(3);
    expect(seen.shared).toBeGreaterThan(100);
  });

  it('moves everything in one step where there is room for all', () => {
    const input = randomCase(createRng(3), 9);
    const roomy = { ...input, limit: new Float64Array(input.graph.arcCount).fill(100) };
    expect(orderMoves(roomy).steps).toHaveLength(1);
  });

  it('has nothing to do for no moves', () => {
    expect(orderMoves({ ...randomCase(createRng(1), 1), moves: [] })).toEqual({ steps: [], deadlock: null });
  });

  it('answers for hundreds of moves, and never breaks the rule', () => {
    for (const seed of [1, 2, 3]) {
      const input = randomCase(createRng(seed), 300, 30, 40);
      const result = orderMoves(input);
      expect(breach(input, movesOf(input, result))).toBe(-1);
      expect(result.steps.flat().length + (result.deadlock?.moves.length ?? 0)).toBe(300);
      expect(result.deadlock?.moves).not.toEqual([]);
    }
  });
});

describe('two demands that change places', () => {
  const graph = randomGraph(createRng(1), 4, 0);
  const arc = (id: string): number => graph.arcIndex.get(id) as number;
  const node = (id: string): number => graph.nodeIndex.get(id) as number;
  const left = [{ share: 1, arcs: [arc('l0:az'), arc('l1:az')] }];
  const right = [{ share: 1, arcs: [arc('l3:za'), arc('l2:za')] }];
  const ends = { source: node('n0'), target: node('n2'), bps: 4e9 };
  const swap: OrderInput = {
    graph,
    limit: Float64Array.from(graph.capacityBps, (capacity) => 5e9 / capacity),
    open: new Uint8Array(graph.arcCount).fill(1),
    startBps: Float64Array.from(graph.arcIds, (_id, index) =>
      left[0]?.arcs.includes(index) || right[0]?.arcs.includes(index) ? 4e9 : 0,
    ),
    moves: [
      { ...ends, from: left, to: right },
      { ...ends, from: right, to: left },
    ],
  };

  it('wait for each other, and it is said in words where', () => {
    const { steps, deadlock } = orderMoves(swap);
    expect(steps).toEqual([]);
    expect(deadlock).toMatchObject({ moves: [0, 1], circle: [0, 1], isProven: true, offer: null });
    const words = describeDeadlock(graph, ['d1', 'd2'], deadlock as Deadlock);
    expect(words.demands).toEqual(['d1', 'd2']);
    expect(words.reason).toContain('no safe order exists: d1, d2 wait for each other');
    expect(words.reason).toContain('d1 lacks 3.0 Gb/s on l3:za');
  });

  it('move in two halves where half of one finds room', () => {
    const limit = Float64Array.from(graph.capacityBps, (capacity) => 6e9 / capacity);
    const { deadlock } = orderMoves({ ...swap, limit });
    expect(deadlock?.offer).toMatchObject({ kind: 'split' });
    expect(describeDeadlock(graph, ['d1', 'd2'], deadlock as Deadlock).offer).toContain('in two halves');
  });
});
