import fc from 'fast-check';

import { describe, expect, it } from 'vitest';
import { provenMlu, provenOverloadBps } from '../../scripts/bench/oracle/bound.ts';
import { arcCost, measureLoads, type OracleInstance, type OraclePath } from '../../scripts/bench/oracle/instance.ts';
import { loadHighs } from '../../scripts/bench/oracle/load.ts';
import { nodeArcOptimum } from '../../scripts/bench/oracle/node-arc.ts';
import { findOptimum } from '../../scripts/bench/oracle/optimum.ts';
import { hasSafeOrder, type OracleMove } from '../../scripts/bench/oracle/order.ts';
import { compileGraph } from '../../src/twin/compiled.ts';
import { buildGraph } from '../../src/twin/graph.ts';
import { ShortestPaths } from '../../src/twin/shortest-path.ts';
import { validateNetwork } from '../../topology/formats/detour-network.ts';

const highs = await loadHighs();

/** A ring of nodes with chords, parallel links and uneven capacities, some arcs loaded already. */
const instances: fc.Arbitrary<OracleInstance> = fc
  .record({
    nodes: fc.integer({ min: 3, max: 6 }),
    chords: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
    capacities: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 30, maxLength: 30 }),
    fixed: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 30, maxLength: 30 }),
    demands: fc.array(fc.record({ from: fc.nat(), step: fc.nat(), gbps: fc.integer({ min: 1, max: 12 }) }), {
      minLength: 1,
      maxLength: 7,
    }),
    dead: fc.nat(),
    limit: fc.constantFrom(0.5, 0.8, 1),
  })
  .map(({ nodes, chords, capacities, fixed, demands, dead, limit }) => {
    const ring = Array.from({ length: nodes }, (_, at) => [at, (at + 1) % nodes] as const);
    const across = chords.map(([from, step]) => [from % nodes, (from + 1 + (step % (nodes - 1))) % nodes] as const);
    const links = [...ring, ...across].map(([a, z], at) => ({
      id: `l${at}`,
      a: `n${a}`,
      z: `n${z}`,
      capacityBps: { az: (capacities[2 * at] as number) * 1e9, za: (capacities[2 * at + 1] as number) * 1e9 },
      latencyMs: 1,
    }));
    const { network } = validateNetwork({
      format: 'detour-network/1',
      name: 'ring',
      nodes: Array.from({ length: nodes }, (_, at) => ({ id: `n${at}` })),
      links,
    });
    const graph = compileGraph(buildGraph(network));
    const alive = new Uint8Array(graph.arcCount).fill(1);
    // One link of the ring may fail: the rest still joins all.
    const failed = dead % (nodes + 1);
    if (failed < nodes) for (const way of ['az', 'za']) alive[graph.arcIndex.get(`l${failed}:${way}`) as number] = 0;
    return {
      graph,
      alive,
      limit,
      fixedBps: Float64Array.from({ length: graph.arcCount }, (_, arc) => (fixed[arc] as number) * 0.3e9),
      demands: demands.map(({ from, step, gbps }, at) => ({
        id: `d${at}`,
        source: from % nodes,
        target: (from + 1 + (step % (nodes - 1))) % nodes,
        bps: gbps * 1e9,
        current: [],
      })),
    };
  });

/** Each demand on a mix of two shortest paths, by the first and by the second half of the costs. */
function twoPathsEach({ graph, alive, demands }: OracleInstance, values: readonly number[]): OraclePath[][] {
  return demands.map(({ source, target }) =>
    [0, 30].map((offset, at) => {
      const paths = new ShortestPaths(graph);
      paths.from(
        source,
        Float64Array.from(alive, (lives, arc) => (lives ? (values[offset + arc] as number) : Infinity)),
      );
      return { share: at === 0 ? 0.3 : 0.7, arcs: paths.pathTo(target) as number[] };
    }),
  );
}

function withCurrent(instance: OracleInstance, paths: readonly OraclePath[][]): OracleInstance {
  const demands = instance.demands.map((demand, at) => ({ ...demand, current: paths[at] as OraclePath[] }));
  return { ...instance, demands };
}

describe('the oracle', () => {
  it('finds the same optimum over paths and over arcs', () => {
    let split = 0;
    fc.assert(
      fc.property(instances, (instance) => {
        const paths = findOptimum(highs, instance);
        const arcs = nodeArcOptimum(highs, instance);
        expect(paths.overloadBps / 1e9).toBeCloseTo(arcs.overloadBps / 1e9, 5);
        expect(paths.mlu).toBeCloseTo(arcs.mlu, 5);
        if (paths.twoPaths) {
          split += 1;
          expect(paths.twoPaths.overloadBps).toBeGreaterThanOrEqual(paths.overloadBps - 1e3);
        }
      }),
      { numRuns: 60 },
    );
    expect(split).toBeGreaterThan(0);
  });

  it('finds the same optimum wherever it begins', () => {
    const prices = fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(instances, prices, fc.boolean(), (instance, values, isKept) => {
        const two = twoPathsEach(instance, values);
        const known = isKept ? withCurrent(instance, two) : instance;
        const hints = two.flatMap((paths, demand) => (demand % 3 === 2 ? [] : [{ demand, paths }]));
        const [begun, plain] = [findOptimum(highs, known, { hints }), findOptimum(highs, instance)];
        expect(begun.overloadBps / 1e9).toBeCloseTo(plain.overloadBps / 1e9, 5);
        expect(begun.mlu).toBeCloseTo(plain.mlu, 5);
        expect((begun.cost as number) / (plain.cost as number)).toBeCloseTo(1, 5);
      }),
      { numRuns: 40 },
    );
  });

  it('never proves more than the optimum, whatever the prices', () => {
    const prices = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(instances, prices, (instance, values) => {
        const price = Object.fromEntries(instance.graph.arcIds.map((id, arc) => [id, values[arc] as number]));
        const { overloadBps } = findOptimum(highs, instance);
        // The MLU alone may be lower than the one that the least overload leaves.
        const { mlu } = findOptimum(highs, { ...instance, limit: 1e3 });
        expect(provenMlu(instance, price)).toBeLessThanOrEqual(mlu * (1 + 1e-6));
        expect(provenOverloadBps(instance, price)).toBeLessThanOrEqual(overloadBps + 1e3);
      }),
      { numRuns: 60 },
    );
  });

  it('sums the cost of pieces', () => {
    expect([0, 1 / 3, 2 / 3, 0.9, 1, 1.1, 1.2].map((load) => Number(arcCost(load).toFixed(6)))).toEqual([
      0, 0.333333, 1.333333, 3.666667, 10.666667, 60.666667, 560.666667,
    ]);
  });

  it('measures loads on surviving arcs only', () => {
    const [instance] = fc.sample(instances, { seed: 7, numRuns: 1 }) as [OracleInstance];
    const none = measureLoads({ ...instance, alive: instance.alive.map(() => 0) }, instance.fixedBps);
    expect(none).toEqual({ overloadBps: 0, mlu: 0, cost: 0 });
  });
});

const moves = fc.array(
  fc.record({
    off: fc.nat({ max: 3 }),
    on: fc.nat({ max: 3 }),
    bps: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Tries every permutation. */
function anyOrder(list: readonly OracleMove[], start: Float64Array, limit: number): boolean {
  if (list.length === 0) return true;
  return list.some((move, at) => {
    const during = start.slice();
    const after = start.slice();
    move.arcs.forEach((arc, place) => {
      const change = (move.after[place] as number) - (move.before[place] as number);
      during[arc] = (during[arc] as number) + Math.max(0, change);
      after[arc] = (after[arc] as number) + change;
    });
    const isSafe = move.arcs.every((arc) => (during[arc] as number) <= Math.max(limit, start[arc] as number));
    return isSafe && anyOrder([...list.slice(0, at), ...list.slice(at + 1)], after, limit);
  });
}

describe('the order oracle', () => {
  it('agrees with trying every permutation', () => {
    const answers = new Set<boolean>();
    fc.assert(
      fc.property(moves, fc.integer({ min: 5, max: 10 }), (raw, limit) => {
        const list = raw
          .filter(({ off, on }) => off !== on)
          .map(({ off, on, bps }) => ({ arcs: [off, on], before: [bps, 0], after: [0, bps] }));
        const start = new Float64Array(4);
        for (const { arcs, before } of list)
          start[arcs[0] as number] = (start[arcs[0] as number] as number) + (before[0] as number);
        // Nothing may be above the limit at first: there the two rules differ.
        if (start.some((load) => load > limit)) return;
        const found = hasSafeOrder(list, start, () => limit);
        answers.add(found);
        expect(found).toBe(anyOrder(list, start, limit));
      }),
      { numRuns: 500 },
    );
    expect(answers).toEqual(new Set([true, false]));
  });
});
