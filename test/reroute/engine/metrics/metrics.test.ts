import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../../../src/core/rng.ts';
import { figuresOf } from '../../../../src/reroute/engine/figures.ts';
import { IgpRoutes, type RoutedEnds } from '../../../../src/reroute/engine/igp-routes.ts';
import { type MetricChange, type MetricsInput, planByMetrics } from '../../../../src/reroute/engine/metrics/index.ts';
import { orderMetrics } from '../../../../src/reroute/engine/metrics/metric-order.ts';
import { type MetricSetting, MetricState } from '../../../../src/reroute/engine/metrics/metric-state.ts';
import { compileGraph } from '../../../../src/twin/compiled.ts';
import { buildGraph } from '../../../../src/twin/graph.ts';
import { validateNetwork } from '../../../../topology/formats/detour-network.ts';
import { costWith, routedLoads, troubledCase } from './cases.ts';

const NEAR = 1e-9;

function most(input: MetricsInput, changes: readonly MetricChange[]): Float64Array {
  const [start, end] = [[], changes].map((made) => routedLoads(input.graph, costWith(input, made), input.ends));
  return input.graph.capacityBps.map((capacity, arc) =>
    Math.max(capacity * (input.limit[arc] as number), start?.[arc] as number, end?.[arc] as number),
  );
}

function isSafe(input: MetricsInput, loadBps: Float64Array, room: Float64Array): boolean {
  return loadBps.every((bps, arc) => bps <= (room[arc] as number) + NEAR * (input.graph.capacityBps[arc] as number));
}

/** Paths as shares per arc. */
function shares(paths: readonly { readonly share: number; readonly arcs: readonly number[] }[]): Map<number, number> {
  const onArc = new Map<number, number>();
  for (const { share, arcs } of paths) for (const arc of arcs) onArc.set(arc, (onArc.get(arc) ?? 0) + share);
  return onArc;
}

describe('planByMetrics', () => {
  it('predicts what routers make of the metrics, and never makes things worse', () => {
    let better = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const input = troubledCase(createRng(seed));
        const plan = planByMetrics(input);
        const before = figuresOf(input, routedLoads(input.graph, costWith(input, []), input.ends));
        const loads = routedLoads(input.graph, costWith(input, plan.changes), input.ends);
        loads.forEach((bps, arc) => {
          expect(Math.abs(bps - (plan.afterBps[arc] as number))).toBeLessThan(
            NEAR * (input.graph.capacityBps[arc] as number),
          );
        });
        expect(plan.after.overloadBps).toBeLessThanOrEqual(before.overloadBps * (1 + NEAR));
        if (plan.after.overloadBps >= before.overloadBps * (1 - NEAR)) {
          expect(plan.after.mlu).toBeLessThanOrEqual(before.mlu * (1 + NEAR));
        } else better += 1;
      }),
      { numRuns: 30, seed: 3 },
    );
    expect(better).toBeGreaterThan(12);
  });

  it('finds the way round over a node that splits between it and the full arc', () => {
    // From t to r both ways round the ring are as long, so t itself depends on m-r, and yet leads away from it.
    const links = (['m r', 'm t', 't p', 'p r'] as const).map((ends) => {
      const [a, z] = ends.split(' ');
      return { id: `${a}-${z}`, a, z, capacityBps: 10e9, latencyMs: 1, metric: 10 };
    });
    const nodes = ['m', 'r', 't', 'p'].map((id) => ({ id }));
    const { network } = validateNetwork({ format: 'detour-network/1', name: 'ring', nodes, links });
    const graph = compileGraph(buildGraph(network));
    const number = (id: string) => graph.nodeIndex.get(id) as number;
    const none = new Uint8Array(graph.arcCount);
    const plan = planByMetrics({
      graph,
      alive: new Uint8Array(graph.arcCount).fill(1),
      limit: new Float64Array(graph.arcCount).fill(1),
      avoided: none,
      stale: none,
      ends: [
        { source: number('m'), target: number('r'), bps: 12e9 },
        { source: number('t'), target: number('r'), bps: 1e9 },
      ],
    });
    expect(plan.after.overloadBps).toBe(0);
    expect(plan.after.mlu).toBeLessThanOrEqual(0.7);
  });

  it('sets whole metrics from 1 to 65535, each arc once, and only on surviving links', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const input = troubledCase(createRng(seed));
      const { changes, order, deadlock } = planByMetrics(input);
      expect(new Set(changes.map(({ arc }) => arc)).size).toBe(changes.length);
      for (const { arc, from, to } of changes) {
        expect(from).toBe(input.graph.metric[arc]);
        expect(Number.isInteger(to) && to >= 1 && to <= 65_535 && to !== from).toBe(true);
        expect(input.alive[arc]).toBe(1);
      }
      const named = [...order, ...(deadlock?.changes ?? [])].sort((x, y) => x - y);
      expect(named).toEqual(changes.map((_change, index) => index));
    }
  });

  it('orders the changes so that no state on the way is fuller than it may be', () => {
    let ordered = 0;
    for (let seed = 100; seed < 140; seed += 1) {
      const input = troubledCase(createRng(seed));
      const { changes, order, deadlock } = planByMetrics(input);
      const room = most(input, changes);
      order.forEach((_change, at) => {
        const made = order.slice(0, at + 1).map((change) => changes[change] as MetricChange);
        expect(isSafe(input, routedLoads(input.graph, costWith(input, made), input.ends), room)).toBe(true);
      });
      if (!deadlock && changes.length > 1) ordered += 1;
    }
    expect(ordered).toBeGreaterThan(10);
  });

  it('names exactly the demands that go another way, with both ways', () => {
    for (let seed = 200; seed < 220; seed += 1) {
      const input = troubledCase(createRng(seed));
      const plan = planByMetrics(input);
      const [before, after] = [[], plan.changes].map((made) => new IgpRoutes(input.graph, costWith(input, made)));
      const moved = new Map(plan.flows.map((flow) => [flow.demand, flow]));
      input.ends.forEach((demand, index) => {
        if (demand.source === demand.target || demand.bps === 0) return;
        const [from, to] = [before, after].map((routes) => shares((routes as IgpRoutes).listed(demand)));
        const flow = moved.get(index);
        const differs = [...(from as Map<number, number>), ...(to as Map<number, number>)].some(
          ([arc]) => Math.abs((from?.get(arc) ?? 0) - (to?.get(arc) ?? 0)) > NEAR,
        );
        expect(flow !== undefined).toBe(differs);
        if (flow) expect(shares(flow.to)).toEqual(to);
        if (flow) expect(shares(flow.from)).toEqual(from);
      });
    }
  });

  it('leaves metrics alone where nothing is too full and nothing is to be avoided', () => {
    const input = troubledCase(createRng(1));
    const calm = { ...input, limit: new Float64Array(input.graph.arcCount).fill(2) };
    expect(planByMetrics(calm)).toMatchObject({ changes: [], order: [], deadlock: null, flows: [] });
  });

  it('takes traffic off arcs to avoid where there is another way', () => {
    let emptied = 0;
    for (let seed = 300; seed < 320; seed += 1) {
      const input = troubledCase(createRng(seed));
      const before = routedLoads(input.graph, costWith(input, []), input.ends);
      const busiest = before.indexOf(before.reduce((max, bps) => Math.max(max, bps), 0));
      const avoided = Uint8Array.from(before, (_bps, arc) => (arc === busiest ? 1 : 0));
      const limit = new Float64Array(input.graph.arcCount).fill(100);
      const plan = planByMetrics({ ...input, avoided, limit });
      const found = new IgpRoutes(
        input.graph,
        costWith(input, []).map((metric, arc) => (arc === busiest ? Infinity : metric)),
      );
      if (!input.ends.every((demand) => found.reaches(demand))) continue;
      expect(plan.afterBps[busiest]).toBe(0);
      emptied += 1;
    }
    expect(emptied).toBeGreaterThan(10);
  });

  it('brings nothing to stale arcs and moves no demand that must stay', () => {
    let moved = 0;
    for (let seed = 400; seed < 425; seed += 1) {
      const rng = createRng(seed);
      const input = troubledCase(rng);
      const stale = Uint8Array.from(input.graph.arcIds, (_id, arc) => (input.alive[arc] && rng.next() < 0.15 ? 1 : 0));
      const kept = Uint8Array.from(input.ends, () => (rng.next() < 0.15 ? 1 : 0));
      const plan = planByMetrics({ ...input, stale, kept });
      for (const { demand, from, to } of plan.flows) {
        expect(kept[demand]).toBe(0);
        const had = shares(from);
        const more = [...shares(to)].filter(([arc, share]) => stale[arc] && share > (had.get(arc) ?? 0) + NEAR);
        expect(more).toEqual([]);
      }
      if (plan.flows.length > 0) moved += 1;
    }
    expect(moved).toBeGreaterThan(3);
  });

  it('gives the same plan for the same input', () => {
    const plans = [1, 2].map(() => planByMetrics(troubledCase(createRng(42))));
    expect(plans[0]).toEqual(plans[1]);
    expect(plans[0]?.changes.length).toBeGreaterThan(0);
  });
});

describe('MetricState', () => {
  it('carries the same as routing from scratch, tried or set, whatever was set before', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const rng = createRng(seed);
        const input = troubledCase(rng);
        const state = stateOf(input);
        for (let round = 0; round < 12; round += 1) {
          const settings = randomSettings(rng, input);
          const wanted = routedLoads(input.graph, costAfter(state, settings), input.ends);
          expectSame(state.loadsWith(settings), wanted);
          if (rng.next() < 0.6) state.set(settings);
        }
        expectSame(state.loadBps, routedLoads(input.graph, state.cost, input.ends));
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});

describe('orderMetrics', () => {
  it('finds an order of few changes where one exists, and proves it where none does', () => {
    const seen = { ordered: 0, deadlocked: 0 };
    for (let seed = 0; seed < 120; seed += 1) {
      const rng = createRng(seed);
      const base = troubledCase(rng);
      const picked = new Set(Array.from({ length: 4 }, () => rng.below(base.graph.arcCount)));
      const changes = [...picked]
        .filter((arc) => base.alive[arc])
        .map((arc) => ({ arc, from: base.graph.metric[arc] as number, to: 1 + rng.below(40) }));
      const [start, end] = [[], changes].map((made) => routedLoads(base.graph, costWith(base, made), base.ends));
      const limit = base.graph.capacityBps.map((capacity, arc) => {
        return Math.max(
          0.01,
          ((1 + 0.2 * rng.next()) * Math.max(start?.[arc] as number, end?.[arc] as number)) / capacity,
        );
      });
      const input = { ...base, limit };
      const result = orderMetrics(input, stateOf(input), changes, Infinity);
      const exists = anyOrder(input, changes);
      expect(result.deadlock === null).toBe(exists);
      if (result.deadlock) expect(result.deadlock.isProven).toBe(true);
      seen[exists ? 'ordered' : 'deadlocked'] += 1;
    }
    expect(Math.min(seen.ordered, seen.deadlocked)).toBeGreaterThan(5);
  });
});

function randomSettings(rng: Rng, input: MetricsInput): MetricSetting[] {
  const arcs = new Set([rng.below(input.graph.arcCount), rng.below(input.graph.arcCount)]);
  return [...arcs]
    .filter((arc) => input.alive[arc])
    .map((arc) => ({ arc, to: rng.next() < 0.1 ? 65_535 : 1 + rng.below(25) }));
}

function costAfter({ cost }: MetricState, settings: readonly MetricSetting[]): Float64Array {
  return settings.reduce((changed, { arc, to }) => changed.with(arc, to), cost);
}

/** Up to 1 bit/s. */
function expectSame(loads: Float64Array, wanted: Float64Array): void {
  expect(loads.every((bps, arc) => Math.abs(bps - (wanted[arc] as number)) < 1)).toBe(true);
}

function stateOf(input: MetricsInput): MetricState {
  const rows = new Map<number, RoutedEnds[]>();
  for (const demand of input.ends) {
    if (demand.source === demand.target || demand.bps === 0) continue;
    rows.set(demand.target, [...(rows.get(demand.target) ?? []), demand]);
  }
  return new MetricState(
    input.graph,
    costWith(input, []),
    [...rows].map(([target, demands]) => ({
      target,
      sources: Int32Array.from(demands, ({ source }) => source),
      bps: Float64Array.from(demands, ({ bps }) => bps),
    })),
  );
}

/** Tries all permutations of single changes. */
function anyOrder(input: MetricsInput, changes: readonly MetricChange[]): boolean {
  const room = most(input, changes);
  const go = (made: readonly MetricChange[]): boolean => {
    if (!isSafe(input, routedLoads(input.graph, costWith(input, made), input.ends), room)) return false;
    const left = changes.filter((change) => !made.includes(change));
    return left.length === 0 || left.some((change) => go([...made, change]));
  };
  return go([]);
}
