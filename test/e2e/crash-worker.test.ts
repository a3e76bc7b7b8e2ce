import { describe, expect, it, onTestFinished } from 'vitest';
import { startPrivateRedis } from '../../src/redis-server/start.ts';
import { CHANGE_POINTS, CYCLE_POINTS } from '../../src/reroute/cycle-deps.ts';
import { kill } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { BAD_MS, crashed, expectKept, nextPlan, rerouted, scenario, UP_MS } from './crash.ts';
import { type Service, startService } from './service.ts';
import { contradictions, open, viewStore } from './store-view.ts';

describe('kill -9 of a worker, in the cycle that finds the bad link', () => {
  it.each([...CYCLE_POINTS, ...CHANGE_POINTS])('at %s', { timeout: 300_000 }, async (point) => {
    const redis = await startPrivateRedis({ dataDir: tempDir('crash'), bin: null });
    onTestFinished(() => redis.stop());
    const common = { REDIS_URL: `unix://${redis.socketPath}` };
    const begin = (roles: string, env: NodeJS.ProcessEnv = {}): Promise<Service> => {
      const args = ['--roles', roles, '--scenario', scenario()];
      return startService({ dataDir: tempDir('crash'), args, env: { ...common, ...env } });
    };
    const api = await begin('simulate,score,api');
    await api.answers(UP_MS);
    await waitFor('a link to go bad', async () => (await api.links()).some((each) => each.state === 'unhealthy'), {
      timeoutMs: BAD_MS,
      everyMs: 200,
    });

    await crashed(await begin('work', { DETOUR_TEST_CRASH_AT: point }));
    const wreck = await viewStore(redis.socketPath);
    expect(contradictions(wreck)).toEqual([]);

    const startedMs = Date.now();
    const worker = await begin('work');
    await nextPlan(api, startedMs);
    const id = await rerouted(api);
    const healed = await viewStore(redis.socketPath);
    expect(contradictions(healed)).toEqual([]);
    expectKept(wreck, healed);
    expect(open(healed).map((each) => each.id)).toEqual([id]);
    for (const before of open(wreck)) expect(before.id).toBe(id);

    for (const { running } of [worker, api]) {
      kill(running.pid, 'SIGTERM');
      expect(await running.ended).toEqual({ code: 0, signal: null });
    }
  });
});
