import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { ArcState, LinkState } from '../../../src/health/link-state.ts';
import { type Ask, rollBackProposal } from '../../../src/reroute/apply.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../../src/reroute/cycle-deps.ts';
import { AT_MS, corrupted, LIMITS, stateOf } from '../fixtures.ts';
import { ringCycle, setGuardrails, writeStates } from '../store-fixture.ts';

const asked: Ask = { by: { name: 'anna', role: 'approver' }, reason: null, requestKey: null, automatic: false };

/** A reroute round l0 that is in the network, and l0 healthy again for longer than the hold time. */
async function over(mode: CycleDeps['mode'], arc: Partial<ArcState>) {
  const clock = new ManualClock(AT_MS);
  const ring = await ringCycle(clock, [corrupted('l0')]);
  const { created } = await runCycle(ring.deps, 'request', 'run-1');
  const id = created[0] as string;
  await setGuardrails(ring.store, { mode });
  const see = async (l0: LinkState) => {
    const heard = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
    const all = ring.network.network.links.map((link) => (link.id === 'l0' ? l0 : stateOf(link.id)));
    await writeStates(
      ring.store,
      all.map((state) => ({
        ...state,
        ...heard,
        ends: { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } },
      })),
    );
  };
  const wellSince = clock.nowMs() + 1_000;
  clock.advance(1_000 + LIMITS.holdMs);
  const { az } = stateOf('l0').arcs;
  const again = async (figures: Partial<ArcState>, run: string) => {
    const known = { ...az, ...figures };
    await see(stateOf('l0', 'healthy', { sinceMs: wellSince, arcs: { az: known, za: known } }));
    await runCycle(ring.deps, 'request', run);
    return ring.store.plans.proposal(id);
  };
  return { ...ring, clock, id, see, again, proposal: await again(arc, 'run-2') };
}

const proof = (packets: number, missing = 0) => ({ lossRatio: null, proof: { packets, missing, forMs: 60_000 } });

describe('a return', () => {
  it('happens by itself once what crosses the emptied link shows it clean, not before', async () => {
    const at = await over('auto', proof(200));
    expect(at.proposal?.status).toBe('applied');
    expect(at.proposal?.returnDueAtMs ?? null).toBeNull();
    expect((await at.again(proof(250, 30), 'run-3'))?.status).toBe('applied');
    expect((await at.again(proof(300), 'run-4'))?.status).toBe('rolled-back');
    expect((await at.store.traffic.tunnels()).tunnels).toEqual([]);
  });

  it('is only proposed, with the reason, where nothing tells how the link is', async () => {
    const at = await over('auto', { lossRatio: null });
    expect(at.proposal).toMatchObject({ status: 'applied', returnDueAtMs: at.clock.nowMs() });
    const [event] = await at.store.events.latest(1);
    expect(event?.message).toContain('nothing that crosses l0:az is counted at both ends');
  });

  it('that was due is not any more when the cause comes back: to roll back then is a decision against the reroute', async () => {
    const at = await over('manual', {});
    expect(at.proposal?.returnDueAtMs).toBe(at.clock.nowMs());
    at.clock.advance(1_000);
    await at.see(corrupted('l0', 'az', { sinceMs: at.clock.nowMs() }));
    await runCycle(at.deps, 'request', 'run-3');
    expect(await at.store.plans.proposal(at.id)).toMatchObject({ status: 'applied', returnDueAtMs: null });
    const back = await rollBackProposal(at.deps, at.id, null, asked);
    expect(back.closedReason).not.toContain('return accepted');
  });

  it('in manual mode waits for somebody, who accepts it; the cause may come again and is proposed again', async () => {
    const at = await over('manual', {});
    expect(at.proposal).toMatchObject({ status: 'applied', returnDueAtMs: at.clock.nowMs() });
    const back = await rollBackProposal(at.deps, at.id, null, asked);
    expect(back).toMatchObject({
      status: 'rolled-back',
      closedReason: 'cause gone, return accepted: traffic returned to the IGP',
    });
    at.clock.advance(1_000);
    await at.see(corrupted('l0', 'az', { sinceMs: at.clock.nowMs() }));
    const { created } = await runCycle(at.deps, 'request', 'run-3');
    expect(created).toHaveLength(1);
  });
});
