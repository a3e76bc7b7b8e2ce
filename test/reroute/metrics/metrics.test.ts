import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { applyProposal, rollBackProposal } from '../../../src/reroute/apply.ts';
import { STEP_SETTLE_MS } from '../../../src/reroute/closed-loop/drive.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../../src/reroute/cycle-deps.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import type { Proposal } from '../../../src/reroute/proposal.ts';
import { takeSnapshot } from '../../../src/reroute/snapshot.ts';
import { createMemoryStore } from '../../../src/store/memory/store.ts';
import { buildTwin } from '../../../src/twin/twin.ts';
import { indexNetwork, type NetworkIndex } from '../../../topology/model.ts';
import { AT_MS, corrupted, demand, inputOf, LIMITS, part, sketch, stateOf } from '../fixtures.ts';
import { scene } from '../scenes.ts';
import { setGuardrails, writeStates } from '../store-fixture.ts';
import { costRouters } from './routers.ts';

/** The same network with these metrics in its file. */
function withFile(network: NetworkIndex, metrics: ReadonlyMap<string, number>): NetworkIndex {
  const of = (link: NetworkIndex['network']['links'][number], direction: 'az' | 'za') =>
    metrics.get(`${link.id}:${direction}`) ?? link.metric[direction];
  const links = network.network.links.map((link) => ({ ...link, metric: { az: of(link, 'az'), za: of(link, 'za') } }));
  return indexNetwork({ ...network.network, links });
}

const metricsOf = (proposals: readonly Proposal[]) =>
  new Map(proposals.flatMap(({ metrics }) => metrics ?? []).map(({ arc, to }) => [arc, to] as const));

/** Small networks, well but for one lossy arc or none, and full links that say so. */
const busy = fc.tuple(scene, fc.nat(8)).map(([{ network, input }, lossy]) => {
  const states = network.network.links.map(({ id }, index) => (index === lossy ? corrupted(id) : stateOf(id)));
  const demands = input.demands.demands;
  const { graph, loadBps } = buildTwin({ network: network.network, states, demands, tunnels: [] });
  const links = states.map((state) => {
    const parts = graph.arcIds.flatMap((arc, index) => {
      const utilisation = (loadBps[index] as number) / (graph.capacityBps[index] as number);
      const isFull = arc.startsWith(`${state.linkId}:`) && utilisation > LIMITS.utilisationLimit;
      return isFull ? [part('utilisation', 'degraded', arc, utilisation)] : [];
    });
    return { ...state, parts: [...state.parts, ...parts] };
  });
  return { network, input: { ...input, links, realisation: 'metrics' as const } };
});

/** Loads after the moves of a proposal, added up path by path. */
function movedLoads({ graph, loadBps }: ReturnType<typeof buildTwin>, { moves }: Proposal): Float64Array {
  const moved = loadBps.slice();
  const put = (paths: Proposal['moves'][number]['to'], bps: number): void => {
    for (const { share, arcs } of paths) for (const arc of arcs) add(moved, graph.arcIndex.get(arc), share * bps);
  };
  for (const { from, to, bps } of moves) {
    put(from, -bps);
    put(to, bps);
  }
  return moved;
}

describe('reroutes by metrics', () => {
  it('move exactly the demands that routers with these metrics route otherwise, and fill no arc beyond its limit', () => {
    const seen = { moves: 0, searched: 0 };
    fc.assert(
      fc.property(busy, ({ network, input }) => {
        for (const proposal of planReroutes(network, input, 'request').changed.filter(({ metrics }) => metrics)) {
          const file = { states: input.links, demands: input.demands.demands, tunnels: [] };
          const before = buildTwin({ ...file, network: network.network });
          const after = buildTwin({ ...file, network: withFile(network, metricsOf([proposal])).network });
          seen.moves += proposal.moves.length;
          seen.searched += proposal.metrics?.some(({ to }) => to !== 65_535) ? 1 : 0;
          movedLoads(before, proposal).forEach((bps, arc) => {
            expect(Math.abs(bps - (after.loadBps[arc] as number))).toBeLessThan(1e-6);
            const allowed = LIMITS.utilisationLimit * (before.graph.capacityBps[arc] as number);
            expect(bps).toBeLessThanOrEqual(Math.max(before.loadBps[arc] as number, allowed) + 1e-6);
          });
        }
      }),
      { numRuns: 60 },
    );
    expect(seen.moves).toBeGreaterThan(10);
    expect(seen.searched).toBeGreaterThan(1);
  });
});

function add(loadBps: Float64Array, arc: number | undefined, bps: number): void {
  if (arc !== undefined) loadBps[arc] = (loadBps[arc] as number) + bps;
}

/** Two ways from n0 to n2, the one over n1 shorter by one; 16 flows on it that are too much for it together. */
const TWO_WAYS = sketch(4, [
  { a: 0, z: 1 },
  { a: 1, z: 2 },
  { a: 0, z: 3, metric: { az: 11, za: 11 } },
  { a: 3, z: 2 },
]);

async function lab(network: NetworkIndex, demands: ReturnType<typeof demand>[]) {
  const clock = new ManualClock(AT_MS);
  const store = createMemoryStore({ networkName: network.network.name, partitions: 1, clock });
  await store.traffic.writeDemands({ source: 'file', atMs: null, demands });
  await setGuardrails(store, { maxMovedShare: 1, maxAtOnce: 1000 });
  const routers = costRouters(network);
  const { actuator } = routers;
  const deps: CycleDeps = { store, network, clock, limits: LIMITS, mode: 'auto', actuator };
  let last = 0;
  const see = async (...states: ReturnType<typeof stateOf>[]) => {
    const heard = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
    await writeStates(
      store,
      network.network.links.map(({ id }) => {
        const state = states.find(({ linkId }) => linkId === id) ?? stateOf(id);
        return { ...state, ...heard, ends: { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } } };
      }),
    );
  };
  const cycle = async (...states: ReturnType<typeof stateOf>[]) => {
    clock.advance(1_000);
    await see(...states);
    last += 1;
    const plan = await runCycle(deps, 'request', `run-${last}`);
    for (let round = 0; round < 6; round += 1) {
      clock.advance(STEP_SETTLE_MS);
      await see(...states);
      await tendChanges(deps);
    }
    return plan;
  };
  /** bit/s per arc, as routers with the costs that they have now carry it: by a twin of a file with these costs. */
  const loads = async (...states: ReturnType<typeof stateOf>[]) => {
    const { links } = inputOf(network, demands, states);
    const twin = buildTwin({ network: withFile(network, routers.costs).network, states: links, demands, tunnels: [] });
    return new Map(twin.graph.arcIds.map((id, arc) => [id as string, twin.loadBps[arc] as number]));
  };
  const open = () => store.plans.openProposals();
  return { ...routers, deps, store, clock, see, cycle, loads, open };
}

const full = (id: string) => stateOf(id, 'degraded', { parts: [part('utilisation', 'degraded', `${id}:az`, 0.96)] });
const flows = Array.from({ length: 16 }, (_, index) => demand(`d${index}`, 0, 2, 6));

describe('through routers that take costs alone', () => {
  it('16 flows that are too much for a link are split over two ways, and no link ends above its limit', async () => {
    const at = await lab(TWO_WAYS, flows);
    expect((await at.loads()).get('l0:az')).toBe(96);
    const { created } = await at.cycle(full('l0'));
    expect(created.length).toBeGreaterThan(0);
    const loads = await at.loads();
    expect(Math.max(...loads.values())).toBeLessThanOrEqual(80);
    expect([...loads].filter(([, bps]) => bps > 0).length).toBeGreaterThanOrEqual(4);
    const [proposal] = await at.open();
    expect(proposal?.metrics).toMatchObject([{ to: expect.any(Number) }]);
    expect(proposal?.moves).toHaveLength(16);
    // What the next plan takes for the present is what the routers do.
    const { tunnels } = await takeSnapshot(at.deps);
    expect(new Set(tunnels.map(({ proposalId }) => proposalId))).toEqual(new Set([proposal?.id]));
    expect((await at.cycle()).created).toEqual([]);
  });

  it('an overload that is over before anybody applies it is refused, with the difference', async () => {
    const at = await lab(TWO_WAYS, flows);
    await setGuardrails(at.store, { mode: 'manual' });
    const { created } = await at.cycle(full('l0'));
    await at.store.traffic.writeDemands({ source: 'file', atMs: null, demands: flows.slice(0, 4) });
    await at.see();
    const asked = { by: { name: 'anna', role: 'approver' as const }, reason: null, requestKey: null, automatic: false };
    await expect(applyProposal(at.deps, created[0] as string, asked)).rejects.toMatchObject({
      code: 'DETOUR_ERR_WORLD_CHANGED',
      problems: [{ field: 'cause', message: 'l0 is not overloaded any more' }, { field: 'metrics' }],
    });
    expect(at.set()).toEqual({});
  });

  it('changes lie over one another; taken back in any order they leave what the network file says', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const at = await lab(TWO_WAYS, [demand('d', 0, 2, 20), demand('e', 2, 0, 20)]);
      await at.cycle(corrupted('l0'));
      await at.cycle(corrupted('l0'), corrupted('l3'));
      const ids = (await at.open()).map(({ id }) => id);
      const costs = at.set();
      expect(costs).toMatchObject({ 'l0:az': 65_535, 'l0:za': 65_535 });
      for (const index of order) if (ids[index]) await rollBackProposal(at.deps, ids[index] as string, 'enough');
      expect(at.set()).toEqual({});
      expect(await at.open()).toEqual([]);
    }
  });

  it('a link that fails under metrics in force: the next plan knows where the routers took the traffic', async () => {
    const at = await lab(TWO_WAYS, [demand('d', 0, 2, 20)]);
    await at.cycle(corrupted('l0'));
    const states = [corrupted('l0'), stateOf('l3', 'down')];
    await at.cycle(...states);
    // The only way left is the one over the bad link: no metric helps, and nothing is set that would not.
    const loads = await at.loads(...states);
    expect(loads.get('l0:az')).toBe(20);
    const { tunnels } = await takeSnapshot(at.deps);
    expect(tunnels).toEqual([]);
    expect(at.set()).toEqual({ 'l0:az': 65_535, 'l0:za': 65_535 });
  });

  it('a load of before the change still stands for traffic on the link: what is in force stays in force', async () => {
    const at = await lab(TWO_WAYS, [demand('d', 0, 2, 20), demand('l0:az', 0, 1, 20)]);
    await at.cycle(corrupted('l0'));
    const [before] = await at.open();
    expect(before).toMatchObject({ revision: 1, metrics: [{ arc: 'l0:az' }, { arc: 'l0:za' }] });
    const plan = await at.cycle(corrupted('l0'));
    expect(plan).toMatchObject({ revised: [], kept: [before?.id] });
    const [after] = await at.open();
    expect(after).toMatchObject({ revision: 1, status: before?.status });
    expect(after?.heldBack).toBeUndefined();
  });

  it('a cause that ends when no traffic follows the metrics any more: they are taken back all the same', async () => {
    const at = await lab(TWO_WAYS, [demand('d', 0, 2, 20)]);
    await at.cycle(corrupted('l0'));
    expect(at.set()).toEqual({ 'l0:az': 65_535, 'l0:za': 65_535 });
    await at.store.traffic.writeDemands({ source: 'file', atMs: null, demands: [demand('e', 3, 4, 20)] });
    at.clock.advance(600_000);
    await at.cycle();
    at.clock.advance(600_000);
    await at.cycle();
    expect(at.set()).toEqual({});
    expect(await at.open()).toEqual([]);
  });

  it('a router that forgets one cost of two is put right, and an arc that a later change holds is left alone', async () => {
    const at = await lab(TWO_WAYS, flows);
    await at.cycle(full('l0'));
    const [split] = await at.open();
    const [change] = split?.metrics ?? [];
    if (!change) throw new Error('no metric');
    at.costs.delete(change.arc);
    at.clock.advance(60_000);
    await tendChanges(at.deps);
    expect(at.costOf(change.arc)).toBe(change.to);
    // A later change takes the same link out of use: the earlier one must not set it again.
    await at.store.traffic.writeDemands({ source: 'file', atMs: null, demands: flows.slice(0, 8) });
    const link = change.arc.slice(0, -3);
    await at.cycle(corrupted(link));
    expect(at.costOf(change.arc)).toBe(65_535);
    at.clock.advance(60_000);
    await tendChanges(at.deps);
    expect(at.costOf(change.arc)).toBe(65_535);
  });
});
