import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { type Ask, applyProposal } from '../../src/reroute/apply.ts';
import { tendChanges } from '../../src/reroute/closed-loop/tend.ts';
import { CHANGE_POINTS, type ChangePoint } from '../../src/reroute/cycle-deps.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import { threeSteps } from '../reroute/closed-loop/three-steps.ts';
import { AT_MS } from '../reroute/fixtures.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait.ts';

const asked: Ask = { by: { name: 'anna', role: 'approver' }, reason: null, requestKey: null, automatic: false };
const AWAY_MS = 300;

describeWithRedis('a change whose Redis is killed on the way', () => {
  let redis: TestRedis;
  let connection: Awaited<ReturnType<typeof connectRedis>>;
  beforeEach(async () => {
    redis = await startTestRedis(['--appendonly', 'yes']);
    const calls = { onError: () => undefined, onBack: () => undefined };
    connection = await connectRedis(redis.socketPath, { role: 'commands', ...calls });
  });
  afterEach(async () => {
    connection.disconnect();
    await redis.stop();
  });

  const cases = CHANGE_POINTS.flatMap((point) => [1, 2, 3].map((step) => [point, step] as const));
  it.each(cases)('%s of step %i goes on when it is back: every step is written once', async (point, step) => {
    const clock = new ManualClock(AT_MS);
    const store = await createRedisStore({ networkName: 'n', partitions: 1, connection, clock });
    let reached = 0;
    let back: Promise<void> | null = null;
    const reach = async (at: string) => {
      if ((at as ChangePoint) !== point) return;
      reached += 1;
      if (reached !== step) return;
      await redis.kill();
      back = pause(AWAY_MS).then(() => redis.startAgain());
    };
    const at = await threeSteps(clock, { store, reach });
    const begun = await applyProposal(at.deps, at.id, asked).catch((error: unknown) => error);
    expect(begun).toBeDefined();
    const isVerified = async () => (await at.look()).status === 'verified';
    await waitFor('it to be verified', () => isVerified().catch(() => false), { timeoutMs: 40_000, everyMs: 50 });
    expect(back).not.toBeNull();
    await back;
    await tendChanges(at.deps);
    expect(await at.moved()).toBe(3);
    expect(await at.actions()).toEqual(['propose', 'apply', 'step', 'step', 'step', 'verify']);
    await store.close();
  });
});
