import { describe, expect, it } from 'vitest';
import { type BenchNetwork, benchNetworks, igpLoads } from '../../scripts/bench/networks.ts';
import { scaledTo, trafficSeries } from '../../scripts/bench/replay/series.ts';
import { compileGraph } from '../../src/twin/compiled.ts';
import { buildGraph } from '../../src/twin/graph.ts';
import type { Demand } from '../../topology/model.ts';

const found = (await benchNetworks()).find(({ name }) => name === 'nsfnet');
const network = found as BenchNetwork;
const total = (matrix: readonly Demand[]) => matrix.reduce((sum, { bps }) => sum + bps, 0);

describe('the traffic of a replay', () => {
  it('comes and goes with the day, the same in every run', () => {
    const series = trafficSeries(network, 144);
    const totals = series.map(total);
    // From the night to the middle of the day.
    expect((totals.at(-1) as number) / (totals[0] as number)).toBeGreaterThan(1.8);
    expect(series.every((matrix) => matrix.every(({ bps }) => bps > 0))).toBe(true);
    expect(trafficSeries(network, 144)).toEqual(series);
  });

  it("is the network's own where that is long enough", () => {
    const matrices = trafficSeries(network, 3);
    expect(trafficSeries({ ...network, matrices }, 2)).toEqual(matrices.slice(0, 2));
  });

  it('is scaled as a whole, by its heaviest step', () => {
    const graph = compileGraph(buildGraph(network.network));
    const scaled = scaledTo(network, trafficSeries(network, 20), 0.9);
    const peaks = scaled.map((matrix) =>
      igpLoads(graph, matrix).reduce((most, bps, arc) => Math.max(most, bps / (graph.capacityBps[arc] as number)), 0),
    );
    expect(Math.max(...peaks)).toBeCloseTo(0.9, 9);
    expect(Math.min(...peaks)).toBeLessThan(0.89);
  });
});
