import { readRiskModel } from '../predict/live/served-risk.ts';
import { type ModelCard, yardstickOf } from '../predict/registry/card.ts';
import type { ModelRegistry } from '../predict/registry/registry.ts';
import { tryRisk } from '../predict/training/risk.ts';
import type { TrainingData } from './training.ts';

/**
 * The figure of another model by which it is compared with a new one, on the data that the new one was tested on. Null
 * where it has none. Forecasts are compared by their cards: relative to persistence, on what each was tested on.
 */
export async function rivalFigure(
  registry: ModelRegistry,
  card: ModelCard,
  rivalId: string,
  { test }: Pick<TrainingData, 'test'>,
): Promise<number | null> {
  const rival = registry.open(card.kind, rivalId);
  if (card.kind === 'forecast') return yardstickOf(rival.card);
  const report = await tryRisk(readRiskModel(rival), test, card.seed, () => undefined);
  return report.scorers.find(({ name }) => name === 'model')?.averagePrecision ?? null;
}
