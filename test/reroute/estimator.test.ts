import { describe, expect, it } from 'vitest';
import { createDryRunActuator } from '../../src/actuate/dry-run.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { arcId } from '../../src/core/ids.ts';
import type { LinkState } from '../../src/health/link-state.ts';
import { Estimator } from '../../src/main/estimator.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../src/reroute/cycle-deps.ts';
import { ESTIMATE_MAX_AGE_MS, ESTIMATE_MAX_RESIDUAL } from '../../src/reroute/demands-in-use.ts';
import { estimateDemands } from '../../src/reroute/estimate-demands.ts';
import { takeSnapshot } from '../../src/reroute/snapshot.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { buildTwin, type Twin } from '../../src/twin/twin.ts';
import type { Demand } from '../../topology/model.ts';
import { planOf, proposalOf } from '../store/records.ts';
import { AT_MS, corrupted, demand, LIMITS, sketch, stateOf } from './fixtures.ts';
import { writeStates } from './store-fixture.ts';

/** Two squares that share a side: n0..n5, routed n0 - n1 - n2 along the top. */
const NETWORK = sketch(6, [
  { a: 0, z: 1, capacityBps: 1e9 },
  { a: 1, z: 2, capacityBps: 1e9 },
  { a: 3, z: 4, capacityBps: 1e9 },
  { a: 4, z: 5, capacityBps: 1e9 },
  { a: 0, z: 3, capacityBps: 1e9 },
  { a: 1, z: 4, capacityBps: 1e9 },
  { a: 2, z: 5, capacityBps: 1e9 },
]);
/** What really flows, of which only the loads are seen: gravity with masses 3 1 2 1 2 3. */
const MASSES = [3, 1, 2, 1, 2, 3];
const TRUTH: readonly Demand[] = MASSES.flatMap((mass, source) =>
  MASSES.flatMap((other, target) =>
    source === target ? [] : [demand(`t${source}-${target}`, source, target, mass * other * 1e7)],
  ),
);

/** Link states with the loads that the truth makes on the network as these states leave it. */
function measured(atMs: number, bad: readonly LinkState[] = []): LinkState[] {
  const known = new Map(bad.map((state) => [state.linkId, state]));
  const states = NETWORK.network.links.map(({ id }) => known.get(id) ?? stateOf(id));
  const twin = buildTwin({ network: NETWORK.network, states, demands: TRUTH, tunnels: [] });
  const heard = { atMs, receivedAtMs: atMs, intervalMs: 3_600_000 };
  return states.map((state) => {
    const ends = { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } };
    return withLoads({ ...state, ...heard, ends, sinceMs: Math.min(state.sinceMs, atMs) }, twin);
  });
}

const LONG_AGO = { sinceMs: AT_MS - 3_600_000 };

async function polled(states: readonly LinkState[]) {
  const clock = new ManualClock(AT_MS);
  const store = createMemoryStore({ networkName: 'sketch', partitions: 1, clock });
  await writeStates(store, states);
  const actuator = createDryRunActuator('sketch');
  const deps: CycleDeps = { store, network: NETWORK, clock, limits: LIMITS, mode: 'manual', actuator };
  const estimator = new Estimator({ ...deps, onError: (error) => expect.fail(String(error)) });
  return { clock, store, deps, estimator };
}

const settled = () => measured(AT_MS).map((state) => ({ ...state, ...LONG_AGO }));

describe('traffic estimates of a polled network', () => {
  it('explain the loads, and plans move demands from end to end with them', async () => {
    const { clock, store, deps, estimator } = await polled(settled());
    expect(await estimator.look()).toBeNull();
    const estimate = await store.traffic.estimate();
    expect(estimate).toMatchObject({ source: 'estimated', atMs: AT_MS });
    expect(estimate?.residual).toBeLessThan(0.01);
    const total = TRUTH.reduce((sum, { bps }) => sum + bps, 0);
    const estimated = estimate?.demands.reduce((sum, { bps }) => sum + bps, 0) ?? 0;
    expect(Math.abs(estimated / total - 1)).toBeLessThan(0.15);

    clock.advance(20_000);
    await writeStates(store, measured(clock.nowMs(), [corrupted('l1', 'az', { sinceMs: clock.nowMs() })]));
    const plan = await runCycle(deps, 'link-event', 'run-1');
    expect(plan.demandSource).toBe('estimated');
    const proposal = await store.plans.proposal(plan.created[0] as string);
    expect(proposal?.kind).toBe('reroute');
    // n0 - n2 crosses the bad link in the middle of its way: a link-local plan knows no such demand.
    expect(proposal?.moves.map((move) => move.demand)).toContain('n0>n2');
    for (const move of proposal?.moves ?? []) {
      expect(move.to.flatMap((path) => path.arcs)).not.toContain('l1:az');
    }
  });

  it('give way to loads of links when they are old, or explain too little', async () => {
    const { clock, store, deps, estimator } = await polled(settled());
    await estimator.look();
    clock.advance(ESTIMATE_MAX_AGE_MS);
    expect((await takeSnapshot(deps)).demands.source).toBe('estimated');
    clock.advance(1);
    expect((await takeSnapshot(deps)).demands.source).toBe('link-local');
    const estimate = await store.traffic.estimate();
    const demands = estimate?.demands ?? [];
    const poor = {
      source: 'estimated',
      atMs: clock.nowMs(),
      demands,
      residual: ESTIMATE_MAX_RESIDUAL + 0.001,
    } as const;
    await store.traffic.writeDemands(poor);
    expect((await takeSnapshot(deps)).demands.source).toBe('link-local');
    await store.traffic.writeDemands({ ...poor, residual: ESTIMATE_MAX_RESIDUAL });
    expect((await takeSnapshot(deps)).demands.source).toBe('estimated');
  });

  it.each([
    [
      'a link changed state',
      (states: LinkState[]) => states.map((one, at) => (at === 2 ? { ...one, sinceMs: AT_MS - 29_000 } : one)),
      /l2 changed state/,
    ],
    [
      'a load is unknown',
      (states: LinkState[]) => states.map((one, at) => (at === 3 ? withoutLoad(one) : one)),
      /93 % of the arcs/,
    ],
  ])('are not made when %s; the load of each link is one demand then', async (_name, spoil, reason) => {
    const { store, deps, estimator } = await polled(spoil(settled()));
    expect(await estimator.look()).toMatch(reason);
    expect(await store.traffic.estimate()).toBeNull();
    expect((await takeSnapshot(deps)).demands.source).toBe('link-local');
  });

  it('are not made right after a reroute', async () => {
    const { clock, store, estimator } = await polled(settled());
    const lease = await store.leases.acquire('plan', 'test', 60_000);
    await store.plans.commit({
      fence: lease?.fence ?? 0,
      plan: planOf('p-1'),
      proposals: [{ ...proposalOf('r-1'), status: 'applied', appliedAtMs: AT_MS - 10_000 }],
      removeTunnels: [],
      events: [],
    });
    expect(await estimator.look()).toMatch(/rerouted less than 30 s ago/);
    clock.advance(20_000);
    expect(await estimator.look()).toBeNull();
  });

  it('give way to demands that are measured or given', async () => {
    const { clock, store, deps, estimator } = await polled(settled());
    await estimator.look();
    const file = { source: 'file', atMs: null, demands: [demand('d', 0, 2, 5)] } as const;
    await store.traffic.writeDemands({ ...file, demands: [...file.demands] });
    expect((await takeSnapshot(deps)).demands).toMatchObject({ source: 'file', demands: [{ id: 'd' }] });
    expect(await estimator.look()).toMatch(/the demands are known \(file\)/);
    await store.traffic.removeDemands();
    expect((await takeSnapshot(deps)).demands.source).toBe('estimated');
    await store.traffic.writeDemands({ source: 'measured', atMs: clock.nowMs(), demands: [...file.demands] });
    expect((await takeSnapshot(deps)).demands.source).toBe('measured');
    clock.advance(LIMITS.maxDemandAgeMs + 1);
    expect((await takeSnapshot(deps)).demands.source).toBe('estimated');
  });

  it('count with the tunnels that are in the network', () => {
    const paths = [{ share: 1, arcs: ['l4:az', 'l2:az', 'l3:az', 'l6:za'] }];
    const truth = TRUTH.map((one) => ({ ...one, id: `${one.source}>${one.target}` }));
    const tunnel = { demand: 'n0>n2', source: 'n0', target: 'n2', paths, proposalId: 'r-1' };
    const links = settled();
    const twin = buildTwin({ network: NETWORK.network, states: links, demands: truth, tunnels: [tunnel] });
    const seen = links.map((state) => withLoads(state, twin));
    const view = { atMs: AT_MS, links: seen, reroutedAtMs: null };
    const { demands } = estimateDemands(NETWORK, { ...view, tunnels: [tunnel] });
    const blind = estimateDemands(NETWORK, { ...view, tunnels: [] }).demands;
    const offBy = (set: typeof demands) =>
      truth.reduce(
        (sum, { id, bps }) => sum + Math.abs((set?.demands.find((one) => one.id === id)?.bps ?? 0) - bps),
        0,
      );
    expect(demands?.residual).toBeLessThan(0.01);
    expect(offBy(demands)).toBeLessThan(offBy(blind));
    const foreign = { ...tunnel, demand: 'l0:az' };
    expect(estimateDemands(NETWORK, { ...view, tunnels: [foreign] }).reason).toMatch(/another kind of demand.*l0:az/);
  });

  it('are not made of more pairs than can be told apart', () => {
    const nodes = Array.from({ length: 251 }, (_, at) => ({ a: at, z: (at + 1) % 251 }));
    const ring = sketch(251, nodes);
    const links = ring.network.links.map(({ id }) => stateOf(id, 'healthy', LONG_AGO));
    const view = { atMs: AT_MS, links, tunnels: [], reroutedAtMs: null };
    expect(estimateDemands(ring, view).reason).toMatch(/251 nodes send traffic, more than 250/);
  });
});

function withLoads(state: LinkState, twin: Twin): LinkState {
  const load = (direction: 'az' | 'za') =>
    twin.loadBps[twin.graph.arcIndex.get(arcId(state.linkId, direction)) as number];
  const { az, za } = state.arcs;
  return { ...state, arcs: { az: { ...az, loadBps: load('az') ?? null }, za: { ...za, loadBps: load('za') ?? null } } };
}

function withoutLoad(state: LinkState): LinkState {
  return { ...state, arcs: { ...state.arcs, az: { ...state.arcs.az, loadBps: null, utilisation: null } } };
}
