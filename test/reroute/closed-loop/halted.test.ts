import { describe, expect, it } from 'vitest';
import { type Ask, applyProposal, BY_ITSELF, rollBackProposal, takeBack } from '../../../src/reroute/apply.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { VERIFY_MS } from '../../../src/reroute/closed-loop/verify.ts';
import { AT_MS } from '../fixtures.ts';
import { setGuardrails } from '../store-fixture.ts';
import { threeSteps } from './three-steps.ts';

const asked: Ask = { by: { name: 'anna', role: 'approver' }, reason: null, requestKey: null, automatic: false };
const KILL = { killSwitch: { atMs: AT_MS, by: 'ben', reason: 'storm' } };

/** A change of three steps after its first one. */
async function underWay(ask: Ask) {
  const at = await threeSteps();
  await applyProposal(at.deps, at.id, ask);
  expect(await at.proposal()).toMatchObject({ status: 'applying', execution: { done: 1, steps: [{}, {}, {}] } });
  return at;
}

describe('the kill switch, while a change is under way', () => {
  it('stops what nobody asked for between two steps, says so once, and lets it go on when it is released', async () => {
    const at = await underWay(BY_ITSELF);
    await setGuardrails(at.store, KILL);
    for (let round = 0; round < 3; round += 1) expect((await at.look()).execution?.done).toBe(1);
    const halted = await at.proposal();
    expect(halted).toMatchObject({
      status: 'applying',
      heldBack: expect.stringMatching(/after 1 of \d+ steps.*storm/),
    });
    expect(await at.moved()).toBe(1);
    expect((await at.actions()).filter((action) => action === 'hold-back')).toHaveLength(1);
    await setGuardrails(at.store, { killSwitch: null });
    for (let round = 1; round < 3; round += 1) await at.look();
    const done = await at.proposal();
    expect(done.status).toBe('applied');
    expect(done.heldBack).toBeUndefined();
  });

  it('lets a change go on that somebody asked for, and one go back that somebody rolls back', async () => {
    const at = await underWay(asked);
    await setGuardrails(at.store, KILL);
    expect((await at.look()).execution?.done).toBe(2);
    const own = await underWay(BY_ITSELF);
    await setGuardrails(own.store, KILL);
    await own.look();
    expect((await rollBackProposal(own.deps, own.id, 'enough', asked)).status).toBe('rolled-back');
    expect(await own.moved()).toBe(0);
  });

  it('stops a return on its way, too', async () => {
    const at = await underWay(BY_ITSELF);
    for (let round = 1; round < 3; round += 1) await at.look();
    await setGuardrails(at.store, KILL);
    await takeBack(at.deps, await at.proposal(), 'cause gone: traffic returned to the IGP', BY_ITSELF);
    expect(await at.proposal()).toMatchObject({ status: 'applying', execution: { direction: 'back', done: 3 } });
    await setGuardrails(at.store, { killSwitch: null });
    expect((await at.look()).status).toBe('rolled-back');
  });

  it('does not keep in the network what does harm', async () => {
    const at = await underWay(BY_ITSELF);
    await setGuardrails(at.store, KILL);
    expect((await at.look()).status).toBe('applying');
    expect((await at.look(4_000, 0.5)).status).toBe('rolled-back');
    expect(await at.moved()).toBe(0);
  });
});

describe('a clock that is set', () => {
  it('back by an hour does not stop a change between two steps, nor its verification', async () => {
    const at = await underWay(asked);
    expect((await at.look(-3_600_000)).execution?.stepAtMs).toBe(at.clock.nowMs());
    expect((await at.look()).execution?.done).toBe(2);
    expect((await at.look()).status).toBe('applied');
    expect((await at.look(-3_600_000)).status).toBe('applied');
    expect((await at.look(VERIFY_MS)).status).toBe('verified');
    expect((await at.actions()).filter((action) => action === 'clock-set-back')).toHaveLength(2);
  });

  it('forward by an hour makes nothing out of what was seen before', async () => {
    const at = await underWay(asked);
    at.clock.advance(3_600_000);
    await tendChanges(at.deps);
    const { status, execution } = await at.proposal();
    expect(status).not.toBe('rolled-back');
    expect(execution?.direction).toBe('forward');
  });
});
