import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { applyProposal } from '../../../src/reroute/apply.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../../src/reroute/cycle-deps.ts';
import type { Guardrails } from '../../../src/reroute/guardrails.ts';
import { AT_MS, corrupted, demand } from '../fixtures.ts';
import { ringCycle, setGuardrails } from '../store-fixture.ts';

/** The ring whose l0 loses packets, planned once under these guardrails. */
async function planned(guardrails: Partial<Guardrails>, mode: CycleDeps['mode'] = 'auto') {
  const ring = await ringCycle(new ManualClock(AT_MS), [corrupted('l0')], { mode });
  await setGuardrails(ring.store, guardrails);
  const { created } = await runCycle(ring.deps, 'request', 'run-1');
  const proposal = await ring.store.plans.proposal(created[0] as string);
  if (!proposal) throw new Error('no proposal');
  const { tunnels } = await ring.store.traffic.tunnels();
  return { ...ring, proposal, tunnels: tunnels.length };
}

const window = (fromMs: number, toMs: number) => [{ fromMs, toMs, reason: 'end of the year' }];

describe('a change that would be made by itself', () => {
  it.each<[keyof Guardrails, Partial<Guardrails>, string]>([
    ['freezeWindows', { freezeWindows: window(AT_MS - 1, AT_MS + 60_000) }, 'changes are frozen: end of the year'],
    [
      'changeWindows',
      { changeWindows: window(AT_MS + 60_000, AT_MS + 120_000) },
      'changes are made within windows only',
    ],
    ['protectedLinks', { protectedLinks: ['l0'] }, 'traffic on l0 is protected'],
    ['protectedDemands', { protectedDemands: ['d'] }, 'demand d is protected'],
    ['maxMovedShare', { maxMovedShare: 0.5 }, 'it moves 100 % of all traffic, more than 50 %'],
    ['maxPerHour', { maxPerHour: 0 }, '0 changes began within the hour'],
    ['minGainBps', { minGainBps: 1e9 }, 'it is expected to save 2 b/s only'],
  ])('is held back by %s, and says why', async (_rule, guardrails, reason) => {
    const at = await planned(guardrails);
    expect(at.proposal).toMatchObject({ status: 'proposed', heldBack: `proposal ${at.proposal.id}: ${reason}` });
    expect(at.tunnels).toBe(0);
    const [record] = await at.store.audit.latest(1);
    expect(record).toMatchObject({ action: 'hold-back', reason: at.proposal.heldBack, by: 'detour' });
  });

  it('is not even tried while the kill switch is set; a person may still apply it', async () => {
    const at = await planned({ killSwitch: { atMs: AT_MS, by: 'anna', reason: 'storm' } });
    expect([at.proposal.status, at.tunnels]).toEqual(['proposed', 0]);
    const asked = { by: { name: 'ben', role: 'approver' as const }, reason: null, requestKey: null, automatic: false };
    expect((await applyProposal(at.deps, at.proposal.id, asked)).status).toBe('applied');
  });

  it('is made by the mode of its scope, whatever the general mode says', async () => {
    const scope = (mode: 'auto' | 'manual', ...links: string[]) => ({ scopes: [{ links, mode }] });
    expect((await planned(scope('auto', 'l0'), 'manual')).proposal.status).toBe('applied');
    expect((await planned(scope('auto', 'l1'), 'manual')).proposal.status).toBe('proposed');
    expect((await planned(scope('manual', 'l0', 'l1'), 'auto')).proposal.status).toBe('proposed');
    expect((await planned({ mode: 'manual', ...scope('auto', 'l0') }, 'auto')).proposal.status).toBe('applied');
  });
});

describe('changes that people begin at the same moment', () => {
  it('count for each other', async () => {
    const at = await ringCycle(new ManualClock(AT_MS), [corrupted('l0'), corrupted('l2')], { mode: 'manual' });
    const demands = [demand('d', 0, 1, 20), demand('e', 2, 3, 20)];
    await at.store.traffic.writeDemands({ source: 'file', atMs: null, demands });
    await setGuardrails(at.store, { maxAtOnce: 1 });
    const { created } = await runCycle(at.deps, 'request', 'run-1');
    expect(created).toHaveLength(2);
    const asked = { by: { name: 'ben', role: 'approver' as const }, reason: null, requestKey: null, automatic: false };
    const begun = await Promise.allSettled(created.map((id) => applyProposal(at.deps, id, asked)));
    expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = begun.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ code: 'DETOUR_ERR_GUARDRAIL' });
  });
});
