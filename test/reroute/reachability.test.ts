import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import type { Actuator } from '../../src/reroute/actuator.ts';
import { applyProposal } from '../../src/reroute/apply.ts';
import { tendChanges } from '../../src/reroute/closed-loop/tend.ts';
import { VERIFY_MS } from '../../src/reroute/closed-loop/verify.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import { lostReach } from '../../src/reroute/reachability.ts';
import { AT_MS, corrupted, ringNetwork } from './fixtures.ts';
import { costRouters } from './metrics/routers.ts';
import { ringCycle } from './store-fixture.ts';

const asked = { by: { name: 'anna', role: 'approver' as const }, reason: null, requestKey: null, automatic: false };

describe("reachability by the routers' own tables", () => {
  it('names what a router has lost, not what is gone altogether, nor what a silent router does not say', () => {
    const before = { n0: ['10.0.0.0/24', '10.1.0.0/24', '192.168.1.0/30'], n1: ['10.0.0.0/24'], n2: ['10.1.0.0/24'] };
    expect(lostReach(before, before)).toEqual([]);
    // 192.168.1.0/30 was a link's own: it went down, and nobody has it.
    const now = { n0: ['10.0.0.0/24'], n2: ['10.1.0.0/24'] };
    expect(lostReach(before, now)).toEqual([{ router: 'n0', destination: '10.1.0.0/24' }]);
  });

  it.each([
    [1_000, 'a second after the step'],
    [VERIFY_MS, 'before it is believed'],
  ])('a change after which a destination is missing is taken back (%d ms: %s)', async (afterMs) => {
    const clock = new ManualClock(AT_MS);
    const routers = costRouters(ringNetwork());
    const isBroken = () => routers.costOf('l0:az') === 65_535;
    const actuator: Actuator = {
      ...routers.actuator,
      destinations: async (nodes) =>
        new Map(nodes.map((node) => [node, isBroken() && node === 'n0' ? ['a'] : ['a', 'b']])),
    };
    const { deps, store } = await ringCycle(clock, [corrupted('l0')], { mode: 'manual', actuator });
    const { created } = await runCycle(deps, 'request', 'run-1');
    const id = created[0] as string;
    expect((await applyProposal(deps, id, asked)).execution?.reach).toEqual({ n0: ['a', 'b'], n1: ['a', 'b'] });
    clock.advance(afterMs);
    await tendChanges(deps);
    expect(await store.plans.proposal(id)).toMatchObject({
      status: 'rolled-back',
      closedReason: 'n0 has no route to b since the change',
    });
    expect(routers.set()).toEqual({});
  });

  it('routers that cannot be asked hold nothing up', async () => {
    const clock = new ManualClock(AT_MS);
    const { actuator } = costRouters(ringNetwork());
    const silent: Actuator = { ...actuator, destinations: () => Promise.reject(new Error('no answer')) };
    const { deps, store } = await ringCycle(clock, [corrupted('l0')], { mode: 'manual', actuator: silent });
    const { created } = await runCycle(deps, 'request', 'run-1');
    const applied = await applyProposal(deps, created[0] as string, asked);
    expect(applied.status).toBe('applied');
    expect(applied.execution?.reach).toBeUndefined();
    clock.advance(1_000);
    await tendChanges(deps);
    expect((await store.plans.proposal(applied.id))?.status).toBe('applied');
  });
});
