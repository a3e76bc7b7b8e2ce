import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { LinkState } from '../../../src/health/link-state.ts';
import { guardrailFacts } from '../../../src/reroute/closed-loop/facts.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { VERIFY_MS } from '../../../src/reroute/closed-loop/verify.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../../src/reroute/cycle-deps.ts';
import { takeSnapshot } from '../../../src/reroute/snapshot.ts';
import { AT_MS, corrupted, stateOf } from '../fixtures.ts';
import { ringCycle, writeStates } from '../store-fixture.ts';

/** Up again so long after it went down, and not yet counted as up. */
function returning(linkId: string, outageMs: number): LinkState {
  const end = { ...stateOf(linkId).ends.a, operStatus: 'up' } as const;
  return stateOf(linkId, 'down', { sinceMs: AT_MS - outageMs, ends: { a: end, z: end } });
}

async function planned(states: readonly LinkState[], mode: CycleDeps['mode'] = 'auto') {
  const clock = new ManualClock(AT_MS);
  const ring = await ringCycle(clock, states, { mode });
  const { created } = await runCycle(ring.deps, 'link-event', 'run-1');
  const proposals = await ring.store.plans.proposalsById(created);
  return { ...ring, clock, proposals };
}

describe('a link that is up again after a short outage', () => {
  it('is kept empty at once, moves nothing, and is verified', async () => {
    const { proposals, store, deps, clock } = await planned([returning('l0', 4_000)]);
    expect(proposals).toMatchObject([{ status: 'applied', cause: { kind: 'unhealthy', links: ['l0'] } }]);
    expect(proposals[0]?.why.summary).toMatch(/^l0 is unhealthy: up again after 4 s, sooner than anybody/);
    const { tunnels } = await store.traffic.tunnels();
    expect(tunnels).toMatchObject([{ demand: 'd', paths: [{ arcs: ['l3:za', 'l2:za', 'l1:za'] }] }]);
    const messages = (await store.events.latest(10)).map(({ message }) => message);
    expect(messages).toContain(`${proposals[0]?.id}: 1 demand(s) kept off l0`);
    clock.advance(VERIFY_MS);
    await tendChanges(deps);
    expect(await store.plans.proposal(proposals[0]?.id ?? '')).toMatchObject({ status: 'verified' });
    const actions = (await store.audit.latest(4)).map(({ action }) => action);
    expect(actions).toEqual(['verify', 'step', 'apply', 'propose']);
  });

  it('is left alone where people decide: it would be over before they have', async () => {
    expect((await planned([returning('l0', 4_000)], 'manual')).proposals).toEqual([]);
  });

  it('is left alone after a long one, and while it is down', async () => {
    expect((await planned([returning('l0', 31_000)])).proposals).toEqual([]);
    expect((await planned([stateOf('l0', 'down', { sinceMs: AT_MS - 4_000 })])).proposals).toEqual([]);
  });
});

describe('a change that is worse while another link is down', () => {
  const lossy = { lossRatio: 0.5, wireLossRatio: 0.5, loadBps: 40 };
  const worse = stateOf('l1', 'healthy', {
    arcs: { az: stateOf('l1').arcs.az, za: { ...stateOf('l1').arcs.za, ...lossy } },
  });

  /** When its links are said to have been harmed, after it was taken back. */
  async function harmedBy(states: readonly LinkState[]) {
    const { proposals, store, deps, clock } = await planned([corrupted('l0')]);
    clock.advance(2_000);
    const now = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
    const all = ['l0', 'l1', 'l2', 'l3', 'l4'].map((id) => states.find(({ linkId }) => linkId === id) ?? stateOf(id));
    await writeStates(
      store,
      all.map((state) => ({
        ...{ ...state, ...now, intervalMs: 1000 },
        ends: { a: { ...state.ends.a, ...now }, z: { ...state.ends.z, ...now } },
      })),
    );
    await tendChanges(deps);
    const after = await store.plans.proposal(proposals[0]?.id ?? '');
    expect(after?.status).toBe('rolled-back');
    if (!after) throw new Error('no proposal');
    const next = { ...after, id: 'r-next' };
    return (await guardrailFacts(deps, next, await takeSnapshot(deps), true)).harmedAtMs;
  }

  it('goes back, and bars its links only where it was alone', async () => {
    expect(await harmedBy([worse])).toBe(AT_MS + 2_000);
    expect(await harmedBy([worse, stateOf('l4', 'down', { sinceMs: AT_MS + 1_000 })])).toBeNull();
  });
});
