import { describe, expect, it } from 'vitest';
import { benchNetworks } from '../../scripts/bench/networks.ts';
import type { OracleDemand } from '../../scripts/bench/oracle/instance.ts';
import { loadHighs } from '../../scripts/bench/oracle/load.ts';
import { findOptimum } from '../../scripts/bench/oracle/optimum.ts';
import { baseState, LEVELS, type PlanBase } from '../../scripts/bench/quality/base.ts';
import { failuresOf } from '../../scripts/bench/quality/failures.ts';
import { judge } from '../../scripts/bench/quality/judge.ts';
import { type Ends, endsOf, IgpNetwork } from '../../scripts/bench/quality/routes.ts';
import { mluOf, type Situation, situationOf } from '../../scripts/bench/quality/situation.ts';
import { createRng } from '../../src/core/rng.ts';
import { compileGraph } from '../../src/twin/compiled.ts';
import { buildGraph } from '../../src/twin/graph.ts';
import { validateNetwork } from '../../topology/formats/detour-network.ts';
import type { Network } from '../../topology/model.ts';

const highs = await loadHighs();
const network = (await benchNetworks()).find(({ name }) => name === 'nsfnet');
if (!network) throw new Error('nsfnet is shipped');

const LEVEL = LEVELS[4];

function situations(base: PlanBase): Situation[] {
  const state = baseState(network as NonNullable<typeof network>, base, 1, LEVEL);
  return state.failures.flatMap((failure) => situationOf(state, failure) ?? []);
}

describe('the ways of a demand', () => {
  it('load every arc as its equal-cost paths do, however many there are', () => {
    const graph = compileGraph(buildGraph(ladder(10)));
    const igp = new IgpNetwork(graph, new Uint8Array(graph.arcCount).fill(1));
    const [ends] = endsOf(graph, [{ id: 'd', source: 'n0', target: 'n10', bps: 1, class: null }]) as [Ends];
    const { loadBps } = igp.loads([ends]);
    const paths = igp.paths(ends);
    // 2^10 ways, of which as few are listed as arcs.
    expect(paths.length).toBeLessThanOrEqual(graph.arcCount);
    expect(paths.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    const carried = new Float64Array(graph.arcCount);
    for (const { share, arcs } of paths) for (const arc of arcs) carried[arc] = (carried[arc] as number) + share;
    for (const [arc, bps] of carried.entries()) expect(bps).toBeCloseTo(loadBps[arc] as number, 9);
    for (const { arcs } of paths) expect(graph.head[arcs.at(-1) as number]).toBe(ends.target);
  });
});

/** A row of nodes, each joined to the next by two links. */
function ladder(steps: number): Network {
  const links = Array.from({ length: 2 * steps }, (_, at) => ({
    id: `l${at}`,
    a: `n${at >> 1}`,
    z: `n${(at >> 1) + 1}`,
    capacityBps: 1e9,
    latencyMs: 1,
  }));
  const nodes = Array.from({ length: steps + 1 }, (_, at) => ({ id: `n${at}` }));
  return validateNetwork({ format: 'detour-network/1', name: 'ladder', nodes, links }).network;
}

describe('failures of a network', () => {
  it('are every link, node and risk group, and pairs without repetition', () => {
    const found = failuresOf(network.network, 20, createRng(1));
    const count = (kind: string) => found.filter((failure) => failure.kind === kind).length;
    expect([count('link'), count('node'), count('double')]).toEqual([
      network.network.links.length,
      network.network.nodes.length,
      20,
    ]);
    expect(new Set(found.map(({ name }) => name)).size).toBe(found.length);
    expect(found.every(({ kind, links }) => kind !== 'double' || new Set(links).size === 2)).toBe(true);
  });
});

describe.each(['igp', 'pinned'] as const)('situations on base %s', (base) => {
  it('scale to the level that is asked', () => {
    const [one] = situations(base) as [Situation];
    const whole = { ...one, alive: one.alive.map(() => 1) };
    expect(mluOf(whole, one.base.intactBps)).toBeCloseTo(LEVEL.mlu, 9);
  });

  it('leave the fixed loads when what may move is taken off', () => {
    const all = situations(base);
    expect(all.length).toBeGreaterThan(3);
    for (const situation of all.slice(0, 20)) {
      const { fixedBps, demands } = situation.instance(situation.affected);
      expect(demands.length).toBeGreaterThan(0);
      expect(fixedBps.every((bps) => bps >= 0)).toBe(true);
      // A tunnel that broke has lost some of its paths; on the IGP all of it is back where it was.
      if (base === 'igp') expectClose(withCurrent(fixedBps, demands), situation.igpBps);
    }
  });
});

function withCurrent(fixedBps: Float64Array, demands: readonly OracleDemand[]): Float64Array {
  const loadBps = fixedBps.slice();
  const paths = demands.flatMap(({ bps, current }) => current.map(({ share, arcs }) => ({ bps: share * bps, arcs })));
  for (const { bps, arcs } of paths) for (const arc of arcs) loadBps[arc] = (loadBps[arc] as number) + bps;
  return loadBps;
}

function expectClose(loadBps: Float64Array, expected: Float64Array): void {
  const worst = loadBps.reduce((most, bps, arc) => Math.max(most, Math.abs(bps - (expected[arc] as number))), 0);
  expect(worst).toBeLessThan(1e3);
}

describe('a judged case', () => {
  it('is never better than the optimum of the same demands', async () => {
    let contested = 0;
    for (const situation of situations('igp').slice(0, 12)) {
      const one = await judge(highs, situation, { verify: true, metrics: true, thorough: true, oracleMs: Infinity });
      expect(one.sameAffected).toBe(true);
      expect(one.refused).toBeNull();
      if (one.metrics) expect(one.metrics.loadDifference).toBeLessThan(1e-9);
      if (one.standing !== 'contested' || !one.optimum) continue;
      contested += 1;
      expect(one.optimum.isExact).toBe(true);
      expect(one.optimum.mlu).toBeGreaterThan(1.001 * one.hottestFixed);
      expect(one.ours.overloadBps).toBeGreaterThanOrEqual(one.optimum.overloadBps - 1e4);
      expect(one.igp.overloadBps).toBeGreaterThanOrEqual(one.optimum.overloadBps - 1e4);
      expect(one.naive?.overloadBps ?? Infinity).toBeGreaterThanOrEqual(0);
      expect(one.allMovable?.overloadBps ?? Infinity).toBeLessThanOrEqual(one.optimum.overloadBps + 1e4);
      if (one.ours.overloadBps <= 1e4) expect(one.ours.mlu).toBeGreaterThanOrEqual(one.optimum.mlu * (1 - 1e-6));
    }
    expect(contested).toBeGreaterThan(0);
  });

  it('stays open where the time is over and nothing else decides', async () => {
    const standings = new Set<string>();
    for (const situation of situations('igp').slice(0, 12)) {
      const one = await judge(highs, situation, { verify: false, metrics: false, thorough: true, oracleMs: -1 });
      standings.add(one.standing);
      // What the plan's own prices prove may stand in for the optimum, and says so.
      expect(one.optimum?.isExact ?? false).toBe(false);
      if (one.optimum) expect(one.optimum.mlu).toBeLessThanOrEqual(one.ours.mlu * (1 + 1e-9));
    }
    expect(standings).toContain('contested');
  });

  it('has the same optimum where cost and the naive way round are left out', async () => {
    for (const situation of situations('igp').slice(0, 4)) {
      const ask = { verify: false, metrics: false, oracleMs: Infinity };
      const [all, less] = [
        await judge(highs, situation, { ...ask, thorough: true }),
        await judge(highs, situation, { ...ask, thorough: false }),
      ];
      expect(less.standing).toBe(all.standing);
      expect(less.naive).toBeNull();
      expect(less.optimum?.cost ?? null).toBeNull();
      if (less.optimum && all.optimum) expect(less.optimum.mlu).toBeCloseTo(all.optimum.mlu, 9);
    }
  });

  it('cannot profit from fewer demands that move', () => {
    const [one] = situations('igp') as [Situation];
    const few = findOptimum(highs, one.instance(one.affected.slice(0, 5)));
    const all = findOptimum(highs, one.instance(one.affected));
    expect(all.overloadBps).toBeLessThanOrEqual(few.overloadBps + 1e4);
  });
});
