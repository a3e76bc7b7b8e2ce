import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPrivateRedis } from '../../src/redis-server/start.ts';
import { CYCLE_POINTS } from '../../src/reroute/cycle-deps.ts';
import { kill } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';
import { contradictions, open, type StoreView, viewDataDir, viewStore } from './store-view.ts';

/** One busy link loses packets from the second second on, for as long as the test takes; nothing else happens. */
const SCENARIO = `format: detour-scenario/1
name: one-bad-link
startHour: 19.5
traffic: { peakUtilisation: 0.6 }
faults:
  maxActive: 0
  scripted:
    - { atSeconds: 1, kind: corruption, link: busiest, durationSeconds: 3600, strength: 0.05 }
`;

const UP_MS = 30_000;
const BAD_MS = 60_000;
/** The promise: after a kill -9, the next plan comes this soon after the start. */
const NEXT_PLAN_MS = 15_000;

function scenario(): string {
  const path = join(tempDir('crash'), 'scenario.yaml');
  writeFileSync(path, SCENARIO);
  return path;
}

/** Waits until the service has killed itself at the point that its environment names. */
async function crashed(service: Service): Promise<void> {
  await waitFor('the service to crash at its point', () => service.running.child.signalCode !== null, {
    timeoutMs: BAD_MS,
  });
  expect(await service.running.ended).toEqual({ code: null, signal: 'SIGKILL' });
}

/** The first plan that was made after `sinceMs`, which must come in time. */
async function nextPlan(api: Service, sinceMs: number): Promise<void> {
  await waitFor('the next plan', async () => ((await api.latestPlan())?.atMs ?? 0) > sinceMs, {
    timeoutMs: UP_MS,
  });
  const plan = await api.latestPlan();
  expect((plan?.finishedAtMs ?? Number.POSITIVE_INFINITY) - sinceMs).toBeLessThan(NEXT_PLAN_MS);
}

/** A reroute of the bad link is applied. */
async function rerouted(api: Service): Promise<string> {
  const found = await waitFor(
    'the reroute to be applied',
    async () => (await api.reroutes()).find((each) => each.kind === 'reroute' && each.status === 'applied'),
    { timeoutMs: BAD_MS, everyMs: 200 },
  );
  return found.id;
}

/** Everything of `before` is in `after`: links known, samples counted, every open proposal under its id. */
function expectKept(before: StoreView, after: StoreView): void {
  for (const linkId of before.links.keys()) expect(after.links.has(linkId)).toBe(true);
  expect(after.applied).toBeGreaterThanOrEqual(before.applied);
  const ids = after.proposals.map((each) => each.id);
  for (const proposal of open(before)) expect(ids).toContain(proposal.id);
}

describe('kill -9 of a worker, in the cycle that finds the bad link', () => {
  it.each([...CYCLE_POINTS, 'after-commit', 'after-apply'])('at %s', { timeout: 180_000 }, async (point) => {
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

describe('kill -9 of the whole service', () => {
  it.each(CYCLE_POINTS)('at %s', { timeout: 180_000 }, async (point) => {
    const options: ServiceOptions = { dataDir: tempDir('crash'), args: ['--scenario', scenario()] };
    await crashed(await startService({ ...options, env: { DETOUR_TEST_CRASH_AT: point } }));
    const wreck = await viewDataDir(options.dataDir);
    expect(contradictions(wreck)).toEqual([]);

    const startedMs = Date.now();
    const service = await startService(options);
    await service.answers(UP_MS);
    await nextPlan(service, startedMs);
    await rerouted(service);
    kill(service.running.pid, 'SIGTERM');
    expect(await service.running.ended).toEqual({ code: 0, signal: null });

    const after = await viewDataDir(options.dataDir);
    expect(contradictions(after)).toEqual([]);
    expectKept(wreck, after);
  });
});
