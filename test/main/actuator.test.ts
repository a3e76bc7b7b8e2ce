import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openActuator } from '../../src/main/actuator.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { NETWORK } from '../api/harness.ts';

const store = createMemoryStore({ networkName: 'square', partitions: 1, clock: systemClock });

const open = (url: string) => {
  const environment = { SIGN: 'k'.repeat(32) };
  const settings = { DETOUR_ACTUATOR: 'webhook', DETOUR_WEBHOOK_SECRET: 'env:SIGN', DETOUR_WEBHOOK_URL: url };
  const config = loadConfig(settings);
  const runtime = { simulated: false, mode: 'manual', roles: ['api'] } as const;
  return openActuator({ config, runtime, network: NETWORK, store, environment });
};

describe('the actuator that is configured', () => {
  it('sends to an address without a password, which every message about it would repeat', async () => {
    expect((await open('http://127.0.0.1:9/steps')).name).toBe('webhook');
    for (const url of ['http://anna:hunter2@127.0.0.1:9/', 'https://hunter2@h/', 'http://[hunter2/']) {
      const refused = expect(open(url)).rejects;
      await refused.toMatchObject({ code: 'DETOUR_ERR_INVALID_CONFIG', field: 'webhookUrl' });
      await refused.not.toMatchObject({ message: expect.stringContaining('hunter2') });
    }
  });
});
