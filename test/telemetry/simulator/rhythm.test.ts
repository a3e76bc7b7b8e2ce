import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { queueingMs } from '../../../src/telemetry/simulator/counters.ts';
import { tableOf } from '../../../src/telemetry/simulator/demand-table.ts';
import { dailyLevel, TrafficRhythm } from '../../../src/telemetry/simulator/rhythm.ts';
import { parseScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { demand, diamond } from './networks.ts';

const DAY = { troughRatio: 0.4, peakHour: 20 };

function rhythmOf(traffic: string, lon: Readonly<Record<string, number>> = {}, startHour: number | null = 20) {
  const scenario = parseScenario(
    `format: detour-scenario/1\nname: t\nstartHour: ${startHour}\ntraffic: { ${traffic} }`,
  );
  const network = { ...diamond, nodes: diamond.nodes.map((node) => ({ ...node, lon: lon[node.id] ?? null })) };
  const graph = compileGraph(buildGraph(network));
  const table = tableOf(graph, [demand('A', 'B', 1), demand('X', 'Y', 1)]);
  const rhythm = new TrafficRhythm(network, graph, table, scenario, createRng(4), Date.UTC(2026, 0, 1, 6));
  const bps = new Float64Array(2);
  return (elapsedSeconds: number, dtSeconds = 1) => {
    rhythm.step(elapsedSeconds, dtSeconds, bps);
    return [bps[0] as number, bps[1] as number] as const;
  };
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const cov = mean(x.map((value, index) => (value - mx) * ((y[index] as number) - my)));
  return cov / Math.sqrt(mean(x.map((value) => (value - mx) ** 2)) * mean(y.map((value) => (value - my) ** 2)));
}

describe('the daily rhythm', () => {
  it('is 1 at the peak and the trough ratio twelve hours away', () => {
    expect(dailyLevel(20, DAY)).toBeCloseTo(1, 12);
    expect(dailyLevel(8, DAY)).toBeCloseTo(0.4, 12);
    expect(dailyLevel(44, DAY)).toBeCloseTo(1, 12);
    expect(dailyLevel(14, DAY)).toBeCloseTo(0.7, 12);
  });

  it('follows local solar time at both ends', () => {
    // B is six hours east of A: when it is 20 h in the middle it is 17 h at A and 23 h at B.
    const levels = rhythmOf('noiseSd: 0, troughRatio: 0.4', { A: -45, B: 45 });
    const expected = (dailyLevel(17, DAY) + dailyLevel(23, DAY)) / 2;
    expect(levels(0)[0] / 1e9).toBeCloseTo(expected, 9);
    expect(levels(0)[1] / 1e9).toBeCloseTo(1, 9);
    expect(levels(43_200)[1] / 1e9).toBeCloseTo(0.4, 9);
  });

  it('takes the hour from the clock where the scenario names none', () => {
    const levels = rhythmOf('noiseSd: 0, troughRatio: 0.4', { A: 30, B: 30, X: 0, Y: 0 }, null);
    expect(levels(0)[0] / 1e9).toBeCloseTo(dailyLevel(8, DAY), 9);
    expect(levels(0)[1] / 1e9).toBeCloseTo(dailyLevel(6, DAY), 9);
  });
});

describe('noise', () => {
  it('has the wanted spread, correlation between demands, and memory', () => {
    const levels = rhythmOf('noiseSd: 0.1, troughRatio: 1, noiseCorrelation: 0.5, noiseMemorySeconds: 10');
    const both = Array.from({ length: 40_000 }, (_, second) => levels(second).map((bps) => Math.log(bps / 1e9)));
    const one = both.map((pair) => pair[0] as number);
    const other = both.map((pair) => pair[1] as number);
    const mean = one.reduce((sum, value) => sum + value, 0) / one.length;
    const sd = Math.sqrt(one.reduce((sum, value) => sum + (value - mean) ** 2, 0) / one.length);
    expect(sd).toBeGreaterThan(0.09);
    expect(sd).toBeLessThan(0.11);
    expect(correlation(one, other)).toBeCloseTo(0.5, 1);
    expect(correlation(one.slice(10), one.slice(0, -10))).toBeCloseTo(Math.exp(-1), 1);
  });
});

describe('queueing', () => {
  it('grows as rho / (1 - rho) and ends at a full buffer', () => {
    expect(queueingMs(0, 2, 40)).toBe(0);
    expect(queueingMs(0.5, 2, 40)).toBeCloseTo(2, 12);
    expect(queueingMs(0.9, 2, 40)).toBeCloseTo(18, 12);
    expect([queueingMs(0.99, 2, 40), queueingMs(1, 2, 40), queueingMs(3, 2, 40)]).toEqual([40, 40, 40]);
  });
});
