import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import type { HealthState, LinkState } from '../../src/health/link-state.ts';
import { AcknowledgementKeeper } from '../../src/pipeline/acknowledgement-keeper.ts';
import { readAcknowledgements, writeAcknowledgement } from '../../src/pipeline/acknowledgements.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import type { NewAuditRecord } from '../../src/store/store.ts';
import { eventOf, stateOf } from '../store/records.ts';

const AUDIT: NewAuditRecord = {
  ...{ atMs: 5, by: 'anna', role: 'operator', action: 'acknowledge', subject: 'link', subjectId: 'x' },
  ...{ from: null, to: 'acknowledged', reason: 'works', planHash: null, requestKey: null, details: {} },
};

function stage() {
  const clock = new ManualClock(1_000);
  const store = createMemoryStore({ networkName: 'n', partitions: 1, clock });
  const keeper = new AcknowledgementKeeper({
    ...{ store, clock },
    onError: (error) => {
      throw error;
    },
  });
  /** As a scorer does: the state and its event in one. */
  const become = async (linkId: string, state: HealthState): Promise<void> => {
    const after: LinkState = { ...stateOf(linkId, 1), state };
    const event = { ...eventOf(`${linkId} is ${state}`), type: 'link-state' as const, linkId, details: { to: state } };
    const done = { partition: 0, fence: 1, lastId: null, memories: [], applied: 0, refused: 0 };
    await store.scoring.commit({ ...done, states: [after], events: [event] });
  };
  const acknowledge = async (linkId: string, state: HealthState): Promise<void> => {
    const version = (await store.control.read('acknowledgements', linkId))?.version ?? 0;
    const value = { linkId, by: 'anna', atMs: 5, reason: 'works', state, endedAtMs: null };
    const afterEventId = await store.events.lastId();
    await writeAcknowledgement(store, { ...value, afterEventId }, { version, audit: AUDIT });
  };
  const standing = async (): Promise<string[]> => [...(await readAcknowledgements(store)).keys()];
  return { store, keeper, become, acknowledge, standing };
}

describe('the keeper of acknowledgements', () => {
  it('ends them by what happened since, however short it was, and says so in event and audit', async () => {
    const { store, keeper, become, acknowledge, standing } = stage();
    for (const link of ['well', 'worse', 'better', 'same']) await become(link, 'unhealthy');
    for (const link of ['well', 'worse', 'better', 'same']) await acknowledge(link, 'unhealthy');
    const position = await keeper.begin();
    await become('well', 'healthy');
    await become('well', 'unhealthy');
    await become('worse', 'down');
    await become('worse', 'unhealthy');
    await become('better', 'degraded');
    await keeper.step(position, 0);
    expect(await standing()).toEqual(['better', 'same']);
    const ends = (await store.events.latest(10)).filter(({ cleared }) => cleared);
    expect(ends.map(({ linkId }) => linkId).sort()).toEqual(['well', 'worse']);
    const audit = (await store.audit.latest(10)).filter(({ by }) => by === 'detour');
    expect(audit.map(({ reason }) => reason).sort()).toEqual([
      'the link is healthy again',
      'the link was unhealthy and is down',
    ]);
  });

  it('counts nothing that happened before, also when it begins anew', async () => {
    const { keeper, become, acknowledge, standing } = stage();
    await become('x', 'healthy');
    await become('x', 'down');
    await acknowledge('x', 'down');
    await keeper.step('0', 0);
    await keeper.step(await keeper.begin(), 0);
    expect(await standing()).toEqual(['x']);
  });

  it('finds out at its start what ended while nobody looked', async () => {
    const { keeper, become, acknowledge, standing } = stage();
    for (const link of ['now well', 'was well', 'still bad']) {
      await become(link, 'degraded');
      await acknowledge(link, 'degraded');
    }
    await become('now well', 'healthy');
    await become('was well', 'healthy');
    await become('was well', 'degraded');
    await keeper.step(await keeper.begin(), 0);
    expect(await standing()).toEqual(['still bad']);
  });

  it('leaves one that was made anew meanwhile', async () => {
    const { keeper, become, acknowledge, standing } = stage();
    await become('x', 'degraded');
    await acknowledge('x', 'degraded');
    const position = await keeper.begin();
    await become('x', 'unhealthy');
    await acknowledge('x', 'unhealthy');
    await keeper.step(position, 0);
    expect(await standing()).toEqual(['x']);
  });
});
