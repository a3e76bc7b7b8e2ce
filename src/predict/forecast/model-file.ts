import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { TreesJsonSchema, treesFromJson, treesToJson } from '../trees/tree-json.ts';
import { FORECAST_FEATURES } from './features.ts';
import { FORECAST_HORIZONS_MS, FORECAST_METRICS } from './metrics.ts';
import type { HorizonModel } from './model.ts';
import { TRIVIAL_RULES } from './trivial.ts';

const HorizonSchema = Type.Object({
  horizonMs: Type.Number(),
  choices: Type.Array(
    Type.Object({
      rule: Type.Enum(TRIVIAL_RULES),
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
  format: Type.Literal('detour-forecast/2'),
  features: Type.Array(Type.String()),
  metrics: Type.Record(Type.String(), Type.Array(HorizonSchema)),
});
const file = compileSchema(FileSchema, 'MODEL');

/** As models were written when figures that move alike shared one: always from the median of the last hour. */
const SharedSchema = Type.Object({
  format: Type.Literal('detour-forecast/1'),
  features: Type.Array(Type.String()),
  groups: Type.Record(
    Type.String(),
    Type.Array(
      Type.Object({
        horizonMs: Type.Number(),
        // Was summed up in tenths: 1 may stand as 1.0000000000000002.
        trust: Type.Number({ minimum: 0, maximum: 1.000_001 }),
        widening: Type.Number(),
        low: TreesJsonSchema,
        middle: TreesJsonSchema,
        high: TreesJsonSchema,
      }),
    ),
  ),
});
const sharedFile = compileSchema(SharedSchema, 'MODEL');
const RHYTHM: ReadonlySet<string> = new Set(['utilisation', 'cpuRatio', 'activeSessions']);

/** By the names of FORECAST_METRICS, one model for each of FORECAST_HORIZONS_MS. */
export type ForecastModels = Readonly<Record<string, readonly HorizonModel[]>>;

/** The models as JSON text. */
export function forecastModelsText(models: ForecastModels): string {
  const metrics = Object.entries(models).map(([metric, horizons]) => [
    metric,
    horizons.map(({ low, middle, high, choices, horizonMs }) => ({
      ...{ horizonMs, choices: choices.map((each) => ({ ...each })) },
      ...{ low: treesToJson(low), middle: treesToJson(middle), high: treesToJson(high) },
    })),
  ]);
  return JSON.stringify({
    ...{ format: 'detour-forecast/2', features: [...FORECAST_FEATURES], metrics: Object.fromEntries(metrics) },
  } satisfies Static<typeof FileSchema>);
}

/** @throws DetourError MODEL where the text is not a whole set of models over the features of this program */
export function parseForecastModels(text: string): ForecastModels {
  const { features, metrics } = fileOf(parsed(text));
  if (features.join() !== FORECAST_FEATURES.join()) throw unusable('it was trained on other features');
  const read = FORECAST_METRICS.map(({ metric }) => [metric, horizonsOf(metric, metrics[metric] ?? [])] as const);
  return Object.fromEntries(read);
}

/** A file of either kind as one of the present kind. */
function fileOf(content: unknown): Static<typeof FileSchema> {
  if (!sharedFile.matches(content)) return file.parse(content);
  const { features, groups } = content;
  const metrics = FORECAST_METRICS.map(({ metric }) => {
    const shared = groups[RHYTHM.has(metric) ? 'rhythm' : 'slow'] ?? [];
    const own = shared.map(({ trust, widening, ...rest }) => ({
      ...rest,
      choices: [{ rule: 'hour-median' as const, trust: Math.min(1, trust), widening }],
    }));
    return [metric, own] as const;
  });
  return { format: 'detour-forecast/2', features, metrics: Object.fromEntries(metrics) };
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
