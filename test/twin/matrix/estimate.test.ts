import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { addLoads, routeTo } from '../../../src/twin/ecmp.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { estimateMatrix, loadsOf } from '../../../src/twin/matrix/estimate.ts';
import { routingMatrix } from '../../../src/twin/matrix/routing-matrix.ts';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import { generateBackbone } from '../../../topology/generate/index.ts';

const graph = compileGraph(buildGraph(generateBackbone({ seed: 3, routers: 24, name: 'n' })));
const ends = Array.from({ length: graph.nodeCount }, (_, node) => node);
const matrix = routingMatrix(graph, graph.metric, ends);
const even = new Float64Array(graph.nodeCount).fill(1);

describe('routingMatrix', () => {
  it('gives the loads that routing gives', () => {
    const rng = createRng(1);
    const bps = Float64Array.from(matrix.pairs, () => rng.between(0, 1e9));
    const expected = new Float64Array(graph.arcCount);
    const paths = new ShortestPaths(graph);
    for (const target of ends) {
      const inflow = new Float64Array(graph.nodeCount);
      matrix.pairs.forEach((pair, index) => {
        if (pair.target === target) inflow[pair.source] = bps[index] as number;
      });
      addLoads(routeTo(paths, target, graph.metric), graph, inflow, expected);
    }
    loadsOf(matrix, bps, graph.arcCount).forEach((load, arc) => {
      expect(load).toBeCloseTo(expected[arc] as number, 0);
    });
  });

  it('leaves out pairs that no way joins', () => {
    const closed = graph.metric.map((cost, arc) => (graph.tail[arc] === 0 || graph.head[arc] === 0 ? Infinity : cost));
    const pairs = routingMatrix(graph, closed, ends).pairs;
    expect(pairs).toHaveLength((graph.nodeCount - 1) * (graph.nodeCount - 2));
    expect(pairs.some(({ source, target }) => source === 0 || target === 0)).toBe(false);
  });
});

describe('estimateMatrix', () => {
  it('finds a matrix that explains the loads, whatever the truth was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const rng = createRng(seed);
        const truth = Float64Array.from(matrix.pairs, () => Math.exp(rng.normal()) * 1e8);
        const loadBps = loadsOf(matrix, truth, graph.arcCount);
        const { bps, residual } = estimateMatrix(matrix, { mass: even, loadBps });
        expect(residual).toBeLessThan(0.01);
        expect(bps.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('finds the truth where it is a gravity matrix of the masses it is told', () => {
    const rng = createRng(5);
    const mass = even.map(() => Math.exp(rng.between(0, 2)));
    const truth = Float64Array.from(
      matrix.pairs,
      ({ source, target }) => (mass[source] as number) * (mass[target] as number) * 1e7,
    );
    const { bps, rounds } = estimateMatrix(matrix, { mass, loadBps: loadsOf(matrix, truth, graph.arcCount) });
    expect(rounds).toBe(0);
    bps.forEach((value, pair) => {
      expect(value / (truth[pair] as number)).toBeCloseTo(1, 6);
    });
  });

  it('is nearer to the truth than the prior alone when the masses are wrong', () => {
    const rng = createRng(8);
    const mass = even.map(() => Math.exp(rng.between(0, 2)));
    const truth = Float64Array.from(
      matrix.pairs,
      ({ source, target }) => (mass[source] as number) * (mass[target] as number) * 1e7,
    );
    const loadBps = loadsOf(matrix, truth, graph.arcCount);
    const error = (bps: Float64Array) =>
      bps.reduce((sum, value, pair) => sum + Math.abs(value - (truth[pair] as number)), 0);
    const prior = estimateMatrix(matrix, { mass: even, loadBps, maxRounds: 0 });
    const fitted = estimateMatrix(matrix, { mass: even, loadBps });
    expect(error(fitted.bps)).toBeLessThan(0.7 * error(prior.bps));
  });

  it('bears arcs that are not measured, and arcs that carry nothing', () => {
    const truth = Float64Array.from(matrix.pairs, ({ source }) => (source === 0 ? 0 : 1e8));
    const loadBps = loadsOf(matrix, truth, graph.arcCount);
    loadBps[5] = Number.NaN;
    const { bps, residual } = estimateMatrix(matrix, { mass: even, loadBps });
    expect(residual).toBeLessThan(0.02);
    const modelled = loadsOf(matrix, bps, graph.arcCount);
    const mean = modelled.reduce((sum, load) => sum + load, 0) / graph.arcCount;
    loadBps.forEach((load, arc) => {
      if (load === 0) expect(modelled[arc]).toBeLessThan(0.02 * mean);
    });
    expect(bps.every(Number.isFinite)).toBe(true);
  });
});
