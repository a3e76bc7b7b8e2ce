import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { type Recording, readRecording, replayPlan } from '../../src/reroute/replay.ts';
import { LIMITS } from '../../src/store/keys.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { indexNetwork } from '../../topology/model.ts';
import { AT_MS } from './fixtures.ts';
import { expectSameAgain, liveCycles } from './replay-scene.ts';

describe('a stored plan', () => {
  const open = () => {
    const clock = new ManualClock(AT_MS);
    return { clock, store: createMemoryStore({ networkName: 'sketch', partitions: 1, clock }) };
  };

  it('comes out the same when it is made again', async () => {
    const { clock, store } = open();
    await expectSameAgain(store, clock);
  });

  it('is told from another one: what differs is named', async () => {
    const { clock, store } = open();
    const fresh: Recording[] = [];
    await liveCycles(store, clock, async ({ id }) => void fresh.push(await readRecording(store, id)));
    const found = fresh.find(({ proposals }) => proposals.some(({ moves }) => moves.length > 0));
    const { network, ...recording } = found as Recording;
    const index = indexNetwork(network);
    const otherPlan = { ...recording.plan, movedBps: recording.plan.movedBps + 1 };
    expect(replayPlan(index, { ...recording, plan: otherPlan })).toMatchObject({
      same: false,
      differences: [expect.stringMatching(/^plan\.movedBps: /)],
    });
    const [first] = recording.proposals;
    const otherMoves = recording.proposals.map((one) => ({ ...one, moves: one.moves.slice(1) }));
    const replay = replayPlan(index, { ...recording, proposals: otherMoves });
    expect(replay.same).toBe(false);
    expect(replay.differences[0]).toContain(`${first?.id}.moves: `);
    const demands = { ...recording.input.demands, demands: [] };
    expect(replayPlan(index, { ...recording, input: { ...recording.input, demands } }).same).toBe(false);
  });

  it('is not found once what it was made from is gone', async () => {
    const { clock, store } = open();
    const [first] = await liveCycles(store, clock);
    await expect(readRecording(store, 'p-none')).rejects.toMatchObject({
      code: 'DETOUR_ERR_NOT_FOUND',
      message: 'there is no plan "p-none"',
    });
    const lost = { plans: { ...spread(store.plans), input: async () => null } };
    await expect(readRecording(lost, first?.id ?? '')).rejects.toThrow(/the input of plan p-\w+ is not kept any more/);
    clock.advance(LIMITS.planTtlMs + 1);
    await expect(readRecording(store, first?.id ?? '')).rejects.toMatchObject({ code: 'DETOUR_ERR_NOT_FOUND' });
  });
});

/** The store's methods as plain functions, so that one can be replaced. */
function spread(plans: ReturnType<typeof createMemoryStore>['plans']): typeof plans {
  return {
    saveNetwork: plans.saveNetwork.bind(plans),
    network: plans.network.bind(plans),
    saveInput: plans.saveInput.bind(plans),
    input: plans.input.bind(plans),
    commit: plans.commit.bind(plans),
    latest: plans.latest.bind(plans),
    moments: plans.moments.bind(plans),
    plan: plans.plan.bind(plans),
    briefs: plans.briefs.bind(plans),
    openProposals: plans.openProposals.bind(plans),
    proposalsById: plans.proposalsById.bind(plans),
    proposal: plans.proposal.bind(plans),
    transition: plans.transition.bind(plans),
  };
}
