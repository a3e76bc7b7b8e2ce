import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { PredictionView } from '../../src/api/schemas/predictions.ts';
import { ModelRegistry } from '../../src/predict/registry/registry.ts';
import type { Event } from '../../src/store/events.ts';
import { saveModel } from '../predict/live/risk-model.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { startService } from './service.ts';

/** As on a machine where the optional package was not installed: whoever imports it fails. */
const WITHOUT_ONNX = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  export const resolve = (name, context, next) => {
    if (name === 'onnxruntime-node') throw new Error('Cannot find package onnxruntime-node');
    return next(name, context);
  };\`));`;

it('predicts for every link without onnxruntime-node and with a damaged model, and says so', async () => {
  const dataDir = tempDir('e2e');
  const hook = join(dataDir, 'without-onnx.mjs');
  writeFileSync(hook, WITHOUT_ONNX);
  const registry = new ModelRegistry({ folder: join(dataDir, 'models') });
  saveModel(registry, 'risk-own');
  registry.promote('risk', 'risk-own');
  appendFileSync(join(dataDir, 'models', 'risk', 'risk-own', 'model.json'), 'x');

  const env = { NODE_OPTIONS: `--import=${pathToFileURL(hook)}`, DETOUR_BACKFILL_HOURS: '24' };
  const service = await startService({ dataDir, env, args: ['--network', 'abilene'] });
  await service.answers(60_000);

  const shipped = registry.shipped('risk') as string;
  const card = await service.get<{ features: string[] }>(`/api/v1/models/${shipped}`);
  const features = Object.fromEntries(card.features.map((name) => [name, null]));
  const answer = await fetch(`http://127.0.0.1:${service.port}/api/v1/predict`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ features }) },
  });
  expect(await answer.json()).toMatchObject({ modelId: shipped, engine: 'typescript' });

  const predictions = await waitFor(
    'a prediction for every link',
    async () => {
      const { items } = await service.get<{ items: PredictionView[] }>('/api/v1/predictions?limit=1000');
      return items.every(({ probability, state }) => probability !== null || state === 'down' || state === 'unhealthy')
        ? items
        : null;
    },
    { timeoutMs: 200_000, everyMs: 500 },
  );
  expect(predictions.length).toBeGreaterThan(10);
  expect(predictions.filter(({ modelId }) => modelId !== null && modelId !== shipped)).toEqual([]);

  const { items: events } = await service.get<{ items: Event[] }>('/api/v1/events?type=model&limit=100');
  const told = events.map(({ message }) => message);
  expect(told.filter((message) => message.includes('onnxruntime-node is not installed'))).toHaveLength(1);
  expect(told.filter((message) => message.includes(`${shipped}, which ships, answers instead`))).toHaveLength(1);
}, 280_000);
