import { describe, expect, it } from 'vitest';
import { createDryRunActuator } from '../../../src/actuate/dry-run.ts';
import { createSimulatorActuator } from '../../../src/actuate/simulator.ts';
import { type Caller, DETOUR_CALLER } from '../../../src/core/access.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import type { Actuator } from '../../../src/reroute/actuator.ts';
import {
  type Ask,
  applyProposal,
  approveProposal,
  renderProposal,
  rollBackProposal,
} from '../../../src/reroute/apply.ts';
import { STEP_SETTLE_MS } from '../../../src/reroute/closed-loop/drive.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { VERIFY_MS } from '../../../src/reroute/closed-loop/verify.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import { CHANGE_POINTS, type CycleDeps } from '../../../src/reroute/cycle-deps.ts';
import { corrupted, demand, ringNetwork, stateOf } from '../fixtures.ts';
import { costRouters } from '../metrics/routers.ts';
import { AT_MS, ringCycle, setGuardrails, writeStates } from '../store-fixture.ts';

const anna: Caller = { name: 'anna', role: 'approver' };
const ben: Caller = { name: 'ben', role: 'approver' };
const asked = (by: Caller = anna, requestKey: string | null = null): Ask => ({
  by,
  reason: 'it is time',
  requestKey,
  automatic: false,
});

/** A ring whose l0 loses packets, with a proposal that waits for people. */
async function waiting(more: Partial<CycleDeps> = {}) {
  const clock = new ManualClock(AT_MS);
  const ring = await ringCycle(clock, [corrupted('l0')], { mode: 'manual', ...more });
  const { created } = await runCycle(ring.deps, 'request', 'run-1');
  const id = created[0] as string;
  const status = async () => (await ring.store.plans.proposal(id))?.status;
  const actions = async () =>
    (await ring.store.audit.latest(50)).flatMap((each) => (each.subjectId === id ? [each.action] : [])).reverse();
  return { ...ring, clock, id, status, actions };
}

/** New samples of all links, as they are after the change: `loads` by arc, loss where given. */
async function measure(
  { store, network, clock }: { store: CycleDeps['store']; network: CycleDeps['network']; clock: ManualClock },
  lossOf: (link: string) => number = () => 0,
) {
  const atMs = clock.nowMs();
  await writeStates(
    store,
    network.network.links.map(({ id }) => {
      const base = stateOf(id);
      const arc = { ...base.arcs.az, loadBps: id === 'l0' ? 0 : 40, lossRatio: lossOf(id) };
      const heard = { atMs, receivedAtMs: atMs };
      const ends = { a: { ...base.ends.a, ...heard }, z: { ...base.ends.z, ...heard } };
      return { ...base, ...heard, arcs: { az: arc, za: arc }, ends, intervalMs: 1_000 };
    }),
  );
}

describe('a change', () => {
  it('is applied, verified against what was predicted, and every step is in the audit with who and why', async () => {
    const at = await waiting();
    expect((await applyProposal(at.deps, at.id, asked())).status).toBe('applied');
    at.clock.advance(VERIFY_MS - 1);
    await measure(at);
    await tendChanges(at.deps);
    expect(await at.status()).toBe('applied');
    at.clock.advance(1);
    await tendChanges(at.deps);
    const verified = await at.store.plans.proposal(at.id);
    expect(verified).toMatchObject({ status: 'verified', verification: { verdict: 'as-predicted' } });
    expect(verified?.verification?.arcs.length).toBeGreaterThan(0);
    expect(verified?.verification?.loadError).toBeGreaterThanOrEqual(0);
    expect(await at.actions()).toEqual(['propose', 'apply', 'step', 'verify']);
    const [verify, step, apply] = await at.store.audit.latest(3);
    expect(apply).toMatchObject({
      by: 'anna',
      role: 'approver',
      from: 'proposed',
      to: 'applying',
      reason: 'it is time',
    });
    expect(step).toMatchObject({ by: 'anna', from: 'applying', to: 'applied' });
    expect(verify).toMatchObject({ by: DETOUR_CALLER.name, to: 'verified' });
    expect(new Set([verify, step, apply].map((record) => record?.planHash)).size).toBe(1);
  });

  it('is taken back when more is lost than before, and the same is not tried again by itself for a while', async () => {
    const at = await waiting();
    await applyProposal(at.deps, at.id, asked());
    at.clock.advance(2_000);
    await measure(at, (link) => (link === 'l0' ? 0 : 0.2));
    await tendChanges(at.deps);
    const back = await at.store.plans.proposal(at.id);
    expect(back).toMatchObject({ status: 'rolled-back', closedReason: expect.stringContaining('is lost on the arcs') });
    expect((await at.store.traffic.tunnels()).tunnels).toEqual([]);
    expect((await at.store.events.latest(10)).map(({ type }) => type)).toContain('change-undone');
    expect(await at.actions()).toEqual(['propose', 'apply', 'step', 'turn-back', 'step-back', 'rolled-back']);
    await measure(at);
    await writeStates(at.store, [{ ...corrupted('l0'), atMs: at.clock.nowMs(), receivedAtMs: at.clock.nowMs() }]);
    const { created } = await runCycle({ ...at.deps, mode: 'auto' }, 'request', 'run-2');
    const next = await at.store.plans.proposal(created[0] as string);
    expect(next).toMatchObject({ status: 'proposed', heldBack: expect.stringContaining('made things worse') });
  });

  it('waits while the link that it leads around breaks, and is judged by what is lost afterwards', async () => {
    for (const stillLosing of [false, true]) {
      const at = await waiting();
      await applyProposal(at.deps, at.id, asked());
      const lose = async (share: number): Promise<void> => {
        await measure(at, (link) => (link === 'l0' ? 0 : share));
        const heard = { atMs: at.clock.nowMs(), receivedAtMs: at.clock.nowMs() };
        await writeStates(at.store, [{ ...stateOf('l0', 'down', { sinceMs: AT_MS + 1_000 }), ...heard }]);
        await tendChanges(at.deps);
      };
      at.clock.advance(2_000);
      await lose(0.2);
      expect(await at.status()).toBe('applied');
      at.clock.advance(VERIFY_MS);
      await lose(stillLosing ? 0.2 : 0);
      expect(await at.status()).toBe(stillLosing ? 'rolled-back' : 'verified');
    }
  });

  it.each(CHANGE_POINTS)('that ends with its process at %s goes on where it was, forward and back', async (point) => {
    for (const way of ['forward', 'back'] as const) {
      const at = await waiting();
      if (way === 'back') await applyProposal(at.deps, at.id, asked());
      const dying: CycleDeps = {
        ...at.deps,
        reach: (reached) => {
          if (reached === point) throw new Error('killed');
        },
      };
      const attempt =
        way === 'forward' ? applyProposal(dying, at.id, asked()) : rollBackProposal(dying, at.id, 'no more', asked());
      await expect(attempt).rejects.toThrow('killed');
      expect(await at.status()).toBe('applying');
      at.clock.advance(20_000);
      await tendChanges(at.deps);
      const isThere = (await at.store.traffic.tunnels()).tunnels.length;
      if (way === 'forward') expect([await at.status(), isThere]).toEqual(['applied', 1]);
      else expect([await at.status(), isThere]).toEqual(['rolled-back', 0]);
      const steps = (await at.actions()).filter((action) => action.startsWith('step'));
      expect(steps).toEqual(way === 'forward' ? ['step'] : ['step', 'step-back']);
    }
  });

  it('that the network does not take is tried three times and then undone', async () => {
    const at = await waiting();
    let tries = 0;
    const sabotaged: Actuator = {
      ...at.deps.actuator,
      apply: async () => {
        tries += 1;
        throw new Error('the router says no');
      },
    };
    const deps = { ...at.deps, actuator: sabotaged };
    expect((await applyProposal(deps, at.id, asked())).status).toBe('applying');
    for (let round = 0; round < 5; round += 1) {
      at.clock.advance(STEP_SETTLE_MS);
      await tendChanges(deps);
    }
    expect(tries).toBe(3);
    expect(await at.store.plans.proposal(at.id)).toMatchObject({
      status: 'failed',
      closedReason: 'the router says no',
    });
    expect((await at.store.traffic.tunnels()).tunnels).toEqual([]);
  });

  it('that the network takes without doing it is found out by reading back', async () => {
    const at = await waiting();
    const deps = { ...at.deps, actuator: { ...at.deps.actuator, apply: async () => undefined } };
    await applyProposal(deps, at.id, asked());
    expect(await at.store.plans.proposal(at.id)).toMatchObject({
      status: 'applying',
      execution: { done: 0, failures: 1 },
    });
  });

  it('that cannot be taken back is never given up, and people are told', async () => {
    const at = await waiting();
    await applyProposal(at.deps, at.id, asked());
    const stuck = { ...at.deps.actuator, revert: () => Promise.reject(new Error('unreachable')) };
    const deps = { ...at.deps, actuator: stuck };
    await rollBackProposal(deps, at.id, 'no more', asked());
    for (let round = 0; round < 6; round += 1) {
      at.clock.advance(60_000);
      await tendChanges(deps);
    }
    expect(await at.status()).toBe('applying');
    const told = (await at.store.events.latest(50)).filter(({ type }) => type === 'change-stuck');
    expect(told).toHaveLength(1);
    at.clock.advance(60_000);
    await tendChanges(at.deps);
    expect(await at.status()).toBe('rolled-back');
  });

  it('that the network forgets is set again and looked at anew', async () => {
    const at = await waiting();
    const lost: { is: boolean } = { is: false };
    const real = createSimulatorActuator(at.store.traffic);
    const forgetful: Actuator = {
      ...real,
      observe: async (step) => (lost.is ? { state: 'before', reason: 'the router restarted' } : real.observe(step)),
      apply: async (step) => {
        lost.is = false;
        await real.apply(step);
      },
    };
    const deps = { ...at.deps, actuator: forgetful };
    await applyProposal(deps, at.id, asked());
    at.clock.advance(VERIFY_MS);
    await measure(at);
    await tendChanges(deps);
    expect(await at.status()).toBe('verified');
    lost.is = true;
    await setGuardrails(at.store, { killSwitch: { atMs: AT_MS, by: 'anna', reason: 'storm' } });
    at.clock.advance(60_000);
    await tendChanges(deps);
    expect(lost.is).toBe(true);
    const [told] = await at.store.events.latest(1);
    expect(told).toMatchObject({ type: 'change-lost', cleared: false });
    expect(told?.message).toContain('the router restarted: automatic changes are stopped: storm');
    await setGuardrails(at.store, { killSwitch: null });
    at.clock.advance(60_000);
    await tendChanges(deps);
    expect(lost.is).toBe(false);
    expect(await at.status()).toBe('applied');
    expect((await at.store.events.latest(1))[0]).toMatchObject({ type: 'change-lost' });
  });
});

describe('before a change', () => {
  it('the world is looked at again: what differs is named, and nothing is done', async () => {
    const at = await waiting();
    const { clock } = at;
    const heard = (id: string, state: ReturnType<typeof stateOf>) => ({
      ...state,
      linkId: id,
      atMs: clock.nowMs(),
      receivedAtMs: clock.nowMs(),
    });
    const proposal = await at.store.plans.proposal(at.id);
    const onWay = proposal?.moves[0]?.to[0]?.arcs[0]?.split(':')[0] ?? '';
    await writeStates(at.store, [heard(onWay, stateOf(onWay, 'down'))]);
    await expect(applyProposal(at.deps, at.id, asked())).rejects.toMatchObject({
      code: 'DETOUR_ERR_WORLD_CHANGED',
      problems: [{ field: 'moves[d]', message: `link ${onWay} is down` }],
    });
    await writeStates(at.store, [heard(onWay, stateOf(onWay)), heard('l0', stateOf('l0'))]);
    await expect(applyProposal(at.deps, at.id, asked())).rejects.toMatchObject({
      code: 'DETOUR_ERR_WORLD_CHANGED',
      problems: [{ field: 'cause' }],
    });
    expect(await at.actions()).toEqual(['propose', 'refuse', 'refuse']);
  });

  it('two people approve where two have to; one person counts once', async () => {
    const at = await waiting();
    await setGuardrails(at.store, { approvals: 2 });
    const alone = applyProposal(at.deps, at.id, asked());
    await expect(alone).rejects.toMatchObject({ code: 'DETOUR_ERR_GUARDRAIL', field: 'approvals' });
    expect((await approveProposal(at.deps, at.id, asked())).status).toBe('proposed');
    expect((await approveProposal(at.deps, at.id, asked())).approvals).toHaveLength(1);
    await expect(applyProposal(at.deps, at.id, asked())).rejects.toMatchObject({ code: 'DETOUR_ERR_GUARDRAIL' });
    expect((await approveProposal(at.deps, at.id, asked(ben))).status).toBe('approved');
    expect((await applyProposal(at.deps, at.id, asked())).status).toBe('applied');
  });

  it('a request that is sent again, or by two at once, is carried out once', async () => {
    const at = await waiting();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => applyProposal(at.deps, at.id, asked(anna, 'k1'))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect((await at.actions()).filter((action) => action === 'apply')).toHaveLength(1);
    expect(await at.store.control.request('k1')).toBe(`apply proposal ${at.id}`);
  });

  it('dry-run renders the commands and applies nothing', async () => {
    const at = await waiting({ actuator: createDryRunActuator('n') });
    const { actuator, changesNetwork, steps } = await renderProposal(at.deps, at.id);
    expect({ actuator, changesNetwork }).toEqual({ actuator: 'dry-run', changesNetwork: false });
    const lines = steps.flatMap(({ commands }) => commands.flatMap((each) => each.lines));
    const move = (await at.store.plans.proposal(at.id))?.moves[0];
    expect(lines).toEqual(
      move?.to.map(({ share, arcs }) => `path d n0 n1 share ${share.toFixed(4)} via ${arcs.join(' ')}`),
    );
    await expect(applyProposal(at.deps, at.id, asked())).rejects.toMatchObject({ code: 'DETOUR_ERR_NOT_SIMULATED' });
    expect(await at.status()).toBe('proposed');
  });
});

describe('through an actuator that sets metrics alone', () => {
  it('a bad link is costed out at both ends; plans know where every demand goes, and it all goes back', async () => {
    const { actuator, set } = costRouters(ringNetwork());
    const at = await waiting({ actuator });
    expect((await applyProposal(at.deps, at.id, asked())).status).toBe('applied');
    expect(set()).toEqual({ 'l0:az': 65_535, 'l0:za': 65_535 });
    // Without l0 the cheapest way from n0 to n1 is the other side of the ring.
    const { tunnels } = await at.store.traffic.tunnels();
    expect(tunnels).toMatchObject([{ demand: 'd', paths: [{ share: 1, arcs: ['l3:za', 'l2:za', 'l1:za'] }] }]);
    expect((await runCycle(at.deps, 'request', 'run-2')).revised).toEqual([]);
    expect((await rollBackProposal(at.deps, at.id, 'no more', asked())).status).toBe('rolled-back');
    expect(set()).toEqual({});
    expect((await at.store.traffic.tunnels()).tunnels).toEqual([]);
  });

  it('a cost that would fill another link beyond its limit is refused', async () => {
    const { actuator, set } = costRouters(ringNetwork());
    const at = await waiting({ actuator });
    await at.store.traffic.writeDemands({
      source: 'file',
      atMs: null,
      demands: [demand('d', 0, 1, 40), demand('e', 3, 2, 50)],
    });
    await expect(applyProposal(at.deps, at.id, asked())).rejects.toMatchObject({
      code: 'DETOUR_ERR_WORLD_CHANGED',
      problems: [{ field: 'metrics', message: 'l2:za would be filled to 90 %, the limit is 80 %' }],
    });
    expect(set()).toEqual({});
    expect(await at.status()).toBe('proposed');
  });
});
