import { parseForecastModels } from '../predict/forecast/model-file.ts';
import { readRiskModel } from '../predict/live/served-risk.ts';
import type { ModelCard } from '../predict/registry/card.ts';
import { MODEL_FILE, type ModelRegistry } from '../predict/registry/registry.ts';
import { tryForecast } from '../predict/training/forecast.ts';
import { tryRisk } from '../predict/training/risk.ts';
import { againstBestRules } from '../predict/training/save.ts';
import type { TrainingData } from './training.ts';

/**
 * The figure of another model by which it is compared with a new one, on the data that the new one was tested on. Null
 * where it has none.
 */
export async function rivalFigure(
  registry: ModelRegistry,
  card: ModelCard,
  rivalId: string,
  { test, whole }: Pick<TrainingData, 'test' | 'whole'>,
): Promise<number | null> {
  const rival = registry.open(card.kind, rivalId);
  if (card.kind === 'forecast') {
    const models = parseForecastModels(new TextDecoder().decode(rival.read(MODEL_FILE)));
    return againstBestRules(await tryForecast(models, whole.test, card.seed, () => undefined));
  }
  const report = await tryRisk(readRiskModel(rival), test, card.seed, () => undefined);
  return report.scorers.find(({ name }) => name === 'model')?.averagePrecision ?? null;
}
