import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { LIMITS } from '../../src/store/keys.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { createMemoryTruthLog } from '../../src/store/memory/truth.ts';
import { storeConformance } from './conformance.ts';
import { truthConformance } from './conformance-truth.ts';
import { inputOf, network, planCommitOf } from './records.ts';

function create(settings = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const store = createMemoryStore({ networkName: 'test', partitions: 4, clock, ...settings });
  return { store, clock };
}

describe('memory store', () => {
  storeConformance(async (settings) => {
    const { store, clock } = create(settings);
    const passTime = async () => clock.advance(5);
    return { store, clock, passTime, reopen: async () => null, close: () => store.close() };
  });

  it('forgets plans, inputs and networks by the clock; a saved input keeps its network', async () => {
    const { store, clock } = create();
    await store.plans.saveNetwork('h1', network);
    clock.advance(LIMITS.planTtlMs - 1);
    await store.plans.saveInput('i1', inputOf());
    await store.plans.commit(planCommitOf('p1'));
    clock.advance(LIMITS.planTtlMs - 1);
    expect(await store.plans.input('i1')).not.toBeNull();
    expect(await store.plans.network('h1')).not.toBeNull();
    clock.advance(1);
    expect(await store.plans.input('i1')).toBeNull();
    expect(await store.plans.plan('p1')).toBeNull();
    expect((await store.plans.latest())?.id).toBe('p1');
    clock.advance(LIMITS.networkTtlMs);
    expect(await store.plans.network('h1')).toBeNull();
  });

  it('refuses the same network names as Redis', () => {
    expect(() => createMemoryStore({ networkName: '', partitions: 1, clock: new ManualClock() })).toThrow(
      /networkName/,
    );
  });
});

describe('memory truth log', () => truthConformance(async () => createMemoryTruthLog()));
