import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { LinkState } from '../../../src/health/link-state.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import { drainsUnmeasured, type Maintenance } from '../../../src/reroute/maintenance.ts';
import type { NewAuditRecord, Store } from '../../../src/store/store.ts';
import { AT_MS, corrupted, stateOf } from '../fixtures.ts';
import { ringCycle, writeStates } from '../store-fixture.ts';

const MINUTE_MS = 60_000;

function windowOf(id: string, fromMinute: number, toMinute: number, more: Partial<Maintenance> = {}): Maintenance {
  const [fromMs, toMs] = [AT_MS + fromMinute * MINUTE_MS, AT_MS + toMinute * MINUTE_MS];
  const target = { links: ['l0'], nodes: [], srlgs: [], drains: ['l0'] };
  return { id, ...target, fromMs, toMs, reason: id, by: 'anna', createdAtMs: AT_MS, cancelledAtMs: null, ...more };
}

/** Writes a window the way the API does. */
async function write(store: Store, value: Maintenance, version = 0): Promise<void> {
  const rest = { from: null, to: null, reason: null, planHash: null, requestKey: null, details: {} };
  const about = { atMs: AT_MS, by: 'anna', role: 'approver', action: 'plan', subject: 'maintenance' } as const;
  const audit: NewAuditRecord = { ...about, subjectId: value.id, ...rest };
  const record = { kind: 'maintenance', id: value.id, version, value, events: [], requestKey: null, audit } as const;
  await store.control.change(record);
}

/** The ring in manual mode, with these windows for l0, watched minute by minute. */
async function watch(windows: readonly Maintenance[], l0: LinkState = stateOf('l0')) {
  const clock = new ManualClock(AT_MS);
  const ring = await ringCycle(clock, [l0], { mode: 'manual' });
  for (const each of windows) await write(ring.store, each);
  /** Whether the traffic is kept off l0 at this minute, once everything had time to happen. */
  const isAwayAt = async (minute: number, state: LinkState = l0) => {
    clock.advance(AT_MS + minute * MINUTE_MS - clock.nowMs());
    for (let round = 0; round < 3; round += 1) {
      const heard = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
      const all = ring.network.network.links.map(({ id }) => (id === 'l0' ? state : stateOf(id)));
      const ends = { a: { ...stateOf('l0').ends.a, ...heard }, z: { ...stateOf('l0').ends.z, ...heard } };
      await writeStates(
        ring.store,
        all.map((one) => ({ ...one, ...heard, ends, intervalMs: 1_000 })),
      );
      await runCycle(ring.deps, 'schedule', `run-${minute}-${round}`);
      await tendChanges(ring.deps);
      clock.advance(1_000);
    }
    return (await ring.store.traffic.tunnels()).tunnels.length > 0;
  };
  return { ...ring, clock, isAwayAt };
}

describe('maintenance windows of one link', () => {
  it('one alone: traffic is away from its beginning to its end', async () => {
    const at = await watch([windowOf('a', 10, 20)]);
    expect([await at.isAwayAt(5), await at.isAwayAt(11), await at.isAwayAt(19)]).toEqual([false, true, true]);
    expect(await at.isAwayAt(21)).toBe(false);
  });

  it('two that overlap: it stays away, without a moment on the link, until the last one ends', async () => {
    const at = await watch([windowOf('a', 10, 20), windowOf('b', 15, 30)]);
    expect([await at.isAwayAt(11), await at.isAwayAt(16), await at.isAwayAt(25)]).toEqual([true, true, true]);
    const moved = (await at.store.audit.latest(100)).filter(
      ({ action }) => action === 'apply' || action === 'rollback',
    );
    expect(moved.map(({ action }) => action)).toEqual(['apply']);
    expect(await at.isAwayAt(31)).toBe(false);
  });

  it('one within another, two that begin at once, and one that is cancelled: the other one holds', async () => {
    const nested = await watch([windowOf('a', 10, 40), windowOf('b', 15, 20)]);
    expect([await nested.isAwayAt(16), await nested.isAwayAt(25), await nested.isAwayAt(41)]).toEqual([
      true,
      true,
      false,
    ]);
    const twins = await watch([windowOf('a', 10, 20), windowOf('b', 10, 30)]);
    expect([await twins.isAwayAt(11), await twins.isAwayAt(25), await twins.isAwayAt(31)]).toEqual([true, true, false]);
    const cancelled = await watch([windowOf('a', 10, 40), windowOf('b', 12, 40)]);
    expect(await cancelled.isAwayAt(13)).toBe(true);
    await write(cancelled.store, { ...windowOf('a', 10, 40), cancelledAtMs: AT_MS + 14 * MINUTE_MS }, 1);
    expect([await cancelled.isAwayAt(15), await cancelled.isAwayAt(41)]).toEqual([true, false]);
  });

  it('a link that was bad before it began is drained as well, though nobody approved the reroute', async () => {
    const at = await watch([windowOf('a', 10, 20)], corrupted('l0'));
    expect([await at.isAwayAt(5), await at.isAwayAt(11)]).toEqual([false, true]);
  });
});

describe('a drain', () => {
  it('has nothing to move yet where it is not known what the link carries', () => {
    const [window, nowMs] = [windowOf('a', 0, 10), AT_MS + MINUTE_MS];
    const isWaiting = (state: LinkState | undefined, atMs = nowMs) =>
      drainsUnmeasured([window], new Map(state ? [['l0', state]] : []), atMs);
    const dark = { ...stateOf('l0').arcs.az, loadBps: null };
    expect(isWaiting(undefined)).toBe(true);
    expect(isWaiting(stateOf('l0', 'stale'))).toBe(true);
    expect(isWaiting(stateOf('l0', 'healthy', { arcs: { az: stateOf('l0').arcs.az, za: dark } }))).toBe(true);
    expect(isWaiting(stateOf('l0'))).toBe(false);
    expect(isWaiting(stateOf('l0', 'down', { arcs: { az: dark, za: dark } }))).toBe(false);
    expect(isWaiting(undefined, AT_MS + 11 * MINUTE_MS)).toBe(false);
  });
});
