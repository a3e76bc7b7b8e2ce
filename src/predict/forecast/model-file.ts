import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { TreesJsonSchema, treesFromJson, treesToJson } from '../trees/tree-json.ts';
import { MEDIAN_RULES } from './choice.ts';
import { BASES, FORECAST_FEATURES } from './features.ts';
import { FORECAST_HORIZONS_MS, FORECAST_METRICS } from './metrics.ts';
import type { HorizonModel } from './model.ts';

const HorizonSchema = Type.Object({
  horizonMs: Type.Number(),
  base: Type.Enum(BASES),
  choices: Type.Array(
    Type.Object({
      rule: Type.Enum(MEDIAN_RULES),
      trust: Type.Number({ minimum: 0, maximum: 1 }),
      widening: Type.Number(),
    }),
    { minItems: 1 },
  ),
  low: TreesJsonSchema,
  middle: TreesJsonSchema,
  high: TreesJsonSchema,
});
const FileSchema = Type.Object({
  format: Type.Literal('detour-forecast/3'),
  features: Type.Array(Type.String()),
  metrics: Type.Record(Type.String(), Type.Array(HorizonSchema)),
});
const file = compileSchema(FileSchema, 'MODEL');
const olderFile = compileSchema(
  Type.Object({ format: Type.Enum(['detour-forecast/1', 'detour-forecast/2']) }),
  'MODEL',
);

/** By the names of FORECAST_METRICS, one model for each of FORECAST_HORIZONS_MS. */
export type ForecastModels = Readonly<Record<string, readonly HorizonModel[]>>;

/** The models as JSON text. */
export function forecastModelsText(models: ForecastModels): string {
  const metrics = Object.entries(models).map(([metric, horizons]) => [
    metric,
    horizons.map(({ low, middle, high, choices, horizonMs, base }) => ({
      ...{ horizonMs, base, choices: choices.map((each) => ({ ...each })) },
      ...{ low: treesToJson(low), middle: treesToJson(middle), high: treesToJson(high) },
    })),
  ]);
  return JSON.stringify({
    ...{ format: 'detour-forecast/3', features: [...FORECAST_FEATURES], metrics: Object.fromEntries(metrics) },
  } satisfies Static<typeof FileSchema>);
}

/** @throws DetourError MODEL where the text is not a whole set of models over the features of this program */
export function parseForecastModels(text: string): ForecastModels {
  const content = parsed(text);
  if (olderFile.matches(content)) throw unusable(`it is written as ${content.format}, which looks at other features`);
  const { features, metrics } = file.parse(content);
  if (features.join() !== FORECAST_FEATURES.join()) throw unusable('it was trained on other features');
  const read = FORECAST_METRICS.map(({ metric }) => [metric, horizonsOf(metric, metrics[metric] ?? [])] as const);
  return Object.fromEntries(read);
}

/** A figure of which a network had no history has no model: none at all, or one for each horizon. */
function horizonsOf(metric: string, horizons: readonly Static<typeof HorizonSchema>[]): HorizonModel[] {
  if (horizons.length > 0 && horizons.map(({ horizonMs }) => horizonMs).join() !== FORECAST_HORIZONS_MS.join()) {
    throw unusable(`its model of ${metric} has other horizons`);
  }
  return horizons.map(({ low, middle, high, ...rest }) => {
    const trees = { low: treesFromJson(low), middle: treesFromJson(middle), high: treesFromJson(high) };
    if (Object.values(trees).some(({ featureCount }) => featureCount !== FORECAST_FEATURES.length)) {
      throw unusable('its trees look at other features');
    }
    return { ...rest, ...trees };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DetourError('MODEL', 'the forecast model cannot be used: it is not JSON', { cause });
  }
}

function unusable(why: string): DetourError {
  return new DetourError('MODEL', `the forecast model cannot be used: ${why}`, {
    hint: 'train a new one, or roll back',
  });
}
