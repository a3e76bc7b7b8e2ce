import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORECAST_HORIZONS_MS } from '../../../src/predict/forecast/metrics.ts';
import { parseForecastModels } from '../../../src/predict/forecast/model-file.ts';
import { readRiskModel } from '../../../src/predict/live/served-risk.ts';
import type { ModelKind } from '../../../src/predict/registry/card.ts';
import { MODEL_FILE, ModelRegistry } from '../../../src/predict/registry/registry.ts';
import { RISK_HORIZONS } from '../../../src/predict/risk/labels.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** What answers in an installation that has learnt nothing yet. */
function shipped(kind: ModelKind) {
  const registry = new ModelRegistry({ folder: join(tempDir(), 'models') });
  const { present } = registry.pointers(kind);
  if (present === null) throw new Error(`no ${kind} model ships`);
  return registry.open(kind, present);
}

describe('the models that ship', () => {
  it('are read by the code as it is: risk', () => {
    expect(readRiskModel(shipped('risk')).horizons).toHaveLength(RISK_HORIZONS.length);
  });

  it('are read by the code as it is: forecast, of load and latency for every horizon', () => {
    const models = parseForecastModels(new TextDecoder().decode(shipped('forecast').read(MODEL_FILE)));
    for (const metric of ['utilisation', 'latencyMs'])
      expect(models[metric]?.map(({ horizonMs }) => horizonMs)).toEqual([...FORECAST_HORIZONS_MS]);
  });
});
