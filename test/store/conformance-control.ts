import { expect, it } from 'vitest';
import { LIMITS } from '../../src/store/keys.ts';
import type { ControlChange, NewAuditRecord } from '../../src/store/store.ts';
import { type StoreFactory, withStore } from './fixture.ts';
import { applyOf, eventOf, planCommitOf, proposalOf, tunnelOf } from './records.ts';

export function auditOf(action: string, changes: Partial<NewAuditRecord> = {}): NewAuditRecord {
  return {
    atMs: 5,
    by: 'anna',
    role: 'approver',
    action,
    subject: 'proposal',
    subjectId: 'x',
    from: 'proposed',
    to: 'applying',
    reason: 'it is time',
    planHash: 'abc',
    requestKey: null,
    details: { step: 1 },
    ...changes,
  };
}

const changeOf = (changes: Partial<ControlChange> = {}): ControlChange => ({
  kind: 'guardrails',
  id: 'settings',
  version: 0,
  value: { maxPerHour: 3 },
  audit: auditOf('set', { subject: 'guardrails', subjectId: 'settings' }),
  events: [eventOf('guardrails were set')],
  requestKey: null,
  ...changes,
});

/** What people set up, what was decided, and requests that are sent again. */
export function control(create: StoreFactory): void {
  const fixture = withStore(create);

  it('writes a record, its audit and its events together, and only from the version it was made from', async () => {
    const { control, audit, events } = fixture().store;
    expect(await control.read('guardrails', 'settings')).toBeNull();
    expect(await control.change(changeOf())).toBe('written');
    expect(await control.change(changeOf({ value: { maxPerHour: 9 } }))).toBe('conflict');
    expect(await control.read('guardrails', 'settings')).toEqual({
      id: 'settings',
      version: 1,
      value: { maxPerHour: 3 },
    });
    expect(await control.change(changeOf({ version: 1, value: { maxPerHour: 4 } }))).toBe('written');
    expect((await control.list('guardrails')).map(({ version }) => version)).toEqual([2]);
    expect(await control.list('tokens')).toEqual([]);
    expect((await audit.latest(10)).map(({ action }) => action)).toEqual(['set', 'set']);
    expect(await events.latest(10)).toHaveLength(2);
  });

  it('knows a request key that comes with another body', async () => {
    const { control } = fixture().store;
    const change = (requestKey: string) =>
      control.change(
        changeOf({ requestKey, audit: auditOf('set', { subject: 'guardrails', subjectId: 'settings', requestKey }) }),
      );
    expect(await change('k1.aa')).toBe('written');
    expect(await change('k1.bb')).toBe('repeated');
    expect(await control.request('k1.aa')).toBe('set guardrails settings');
    expect(await control.request('k1.bb')).toBe('set guardrails settings, with another body');
    expect(await control.request('k2.aa')).toBeNull();
  });

  it('forgets records in the same step, where it is written', async () => {
    const { control } = fixture().store;
    for (const id of ['a', 'b', 'c']) await control.change(changeOf({ kind: 'tokens', id }));
    expect(await control.change(changeOf({ kind: 'tokens', id: 'c', forget: ['a'] }))).toBe('conflict');
    expect(await control.change(changeOf({ kind: 'tokens', id: 'd', forget: ['a', 'b'] }))).toBe('written');
    expect((await control.list('tokens')).map(({ id }) => id)).toEqual(['c', 'd']);
  });

  it('does a request once, whoever sends it again at once, and forgets it after a day', async () => {
    const { store, clock } = fixture();
    const many = Array.from({ length: 10 }, () => store.control.change(changeOf({ requestKey: 'k1' })));
    expect((await Promise.all(many)).sort()).toEqual([...new Array(9).fill('repeated'), 'written']);
    expect(await store.control.request('k1')).toBe('set guardrails settings');
    expect(await store.control.request('k2')).toBeNull();
    expect(await store.audit.latest(10)).toHaveLength(1);
    clock.advance(LIMITS.requestTtlMs / 2);
    expect(await store.control.request('k1')).not.toBeNull();
  });

  it('records each step of a proposal with it, and none that did not happen', async () => {
    const { plans, audit, control } = fixture().store;
    await plans.commit(planCommitOf('p1', { proposals: [proposalOf('x')], audit: [auditOf('propose')] }));
    const step = { audit: [auditOf('apply')], requestKey: 'k3' };
    expect((await plans.transition(applyOf('x', step))).changed).toBe(true);
    expect((await plans.transition(applyOf('x', { audit: [auditOf('apply')] }))).changed).toBe(false);
    expect((await plans.transition(applyOf('x', { ...step, from: ['applied'] }))).changed).toBe(false);
    expect(await control.request('k3')).toBe('apply proposal x');
    const [newest, oldest] = await audit.latest(10);
    expect(oldest).toEqual({ ...auditOf('propose'), id: oldest?.id });
    expect(newest).toEqual({ ...auditOf('apply'), id: newest?.id });
    expect(await audit.latest(10, newest?.id)).toEqual([oldest]);
    await expect(audit.latest(1, 'x')).rejects.toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT', field: 'before' });
  });

  it('lets only one of two who carry the same change on take the next step', async () => {
    const { plans } = fixture().store;
    await plans.commit(planCommitOf('p1', { proposals: [proposalOf('x', { status: 'applying', sequence: 4 })] }));
    const next = (sequence: number) =>
      applyOf('x', {
        from: ['applying'],
        sequence,
        proposal: proposalOf('x', { status: 'applying', sequence: sequence + 1 }),
      });
    expect((await plans.transition(next(3))).changed).toBe(false);
    const outcomes = await Promise.all([next(4), next(4), next(4)].map((each) => plans.transition(each)));
    expect(outcomes.filter(({ changed }) => changed)).toHaveLength(1);
    // A plan looks at status and revision alone: steps of a change do not spoil it.
    const expected = [{ id: 'x', status: 'applying', revision: 1 }] as const;
    expect(await plans.commit(planCommitOf('p2', { expected }))).toBe('committed');
  });

  it('changes tunnels for whoever carries changes out; the same twice is no change', async () => {
    const { traffic } = fixture().store;
    await traffic.changeTunnels([], [tunnelOf('d1', 'x'), tunnelOf('d2', 'x')]);
    const first = await traffic.tunnels();
    await traffic.changeTunnels(['d9'], [tunnelOf('d1', 'x')]);
    expect(await traffic.tunnels()).toEqual(first);
    await traffic.changeTunnels(['d1'], []);
    const second = await traffic.tunnels();
    expect(second.tunnels).toEqual([tunnelOf('d2', 'x')]);
    expect(second.version).toBeGreaterThan(first.version);
  });
}
