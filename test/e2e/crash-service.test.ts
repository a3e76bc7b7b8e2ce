import { describe, expect, it } from 'vitest';
import { CYCLE_POINTS } from '../../src/reroute/cycle-deps.ts';
import { kill } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { crashed, expectKept, nextPlan, rerouted, scenario, UP_MS } from './crash.ts';
import { type ServiceOptions, startService } from './service.ts';
import { contradictions, viewDataDir } from './store-view.ts';

describe('kill -9 of the whole service', () => {
  it.each(CYCLE_POINTS)('at %s', { timeout: 300_000 }, async (point) => {
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
