import { describe, expect, it } from 'vitest';
import { createDryRunActuator } from '../../src/actuate/dry-run.ts';
import { createSimulatorActuator } from '../../src/actuate/simulator.ts';
import { createWebhookActuator } from '../../src/actuate/webhook.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { metricsChange, TWO_PATH_STEPS } from './changes.ts';
import { actuatorConformance } from './conformance.ts';
import { startReceiver } from './receiver.ts';

const METRICS = metricsChange({ arc: 'l1:az', from: 10, to: 65_535 });
const SECRET = 's'.repeat(40);

describe('the simulator', () => {
  actuatorConformance(async () => {
    const store = createMemoryStore({ networkName: 'n', partitions: 1, clock: new ManualClock(1) });
    const actuator = createSimulatorActuator(store.traffic);
    return { actuator, changes: TWO_PATH_STEPS, unrealisable: METRICS, close: () => store.close() };
  });
});

describe('dry-run', () => {
  actuatorConformance(async () => {
    const actuator = createDryRunActuator('n');
    return { actuator, changes: [...TWO_PATH_STEPS, METRICS], unrealisable: null, close: async () => {} };
  });
});

describe('the webhook, with a receiver that keeps what it is told', () => {
  actuatorConformance(async () => {
    const receiver = await startReceiver(SECRET);
    const actuator = createWebhookActuator({ url: receiver.url, secret: SECRET, networkName: 'n' });
    return { actuator, changes: TWO_PATH_STEPS, unrealisable: METRICS, close: receiver.close };
  });

  const step = createWebhookActuator({ url: 'http://x', secret: SECRET, networkName: 'n' }).plan(
    'c',
    TWO_PATH_STEPS,
  )[0];
  if (!step) throw new Error('no step');

  it('tries again what may pass, with the same key, a bounded number of times', async () => {
    const receiver = await startReceiver(SECRET);
    const options = { url: receiver.url, secret: SECRET, networkName: 'n', retryMs: [1, 1] };
    receiver.failNext(2, 503);
    await createWebhookActuator(options).apply(step);
    expect(receiver.seen.map(({ key, status }) => [key, status])).toEqual([
      ['apply:c/1', 503],
      ['apply:c/1', 503],
      ['apply:c/1', 200],
    ]);
    receiver.failNext(9, 500);
    const refused = createWebhookActuator(options).revert(step);
    await expect(refused).rejects.toMatchObject({ code: 'DETOUR_ERR_ACTUATOR_FAILED' });
    expect(receiver.seen).toHaveLength(6);
    await receiver.close();
  });

  it('does not try again what was refused, and never tells the secret', async () => {
    const receiver = await startReceiver('another secret that the receiver has');
    const actuator = createWebhookActuator({ url: receiver.url, secret: SECRET, networkName: 'n', retryMs: [1] });
    const error = await actuator.apply(step).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DETOUR_ERR_ACTUATOR_FAILED', message: expect.stringContaining('HTTP 401') });
    expect(receiver.seen).toHaveLength(1);
    expect(JSON.stringify([error, String(error)])).not.toContain(SECRET);
    await receiver.close();
  });

  it('takes an answer that says nothing for unknown', async () => {
    const receiver = await startReceiver(SECRET, { observes: false });
    const actuator = createWebhookActuator({ url: receiver.url, secret: SECRET, networkName: 'n' });
    expect(await actuator.observe(step)).toMatchObject({ state: 'unknown' });
    await receiver.close();
  });
});
