import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { TreesJsonSchema, treesFromJson, treesToJson } from '../trees/tree-json.ts';
import { FORECAST_FEATURES } from './features.ts';
import { FORECAST_GROUPS, FORECAST_HORIZONS_MS, type ForecastGroup } from './metrics.ts';
import type { HorizonModel } from './model.ts';

const HorizonSchema = Type.Object({
  horizonMs: Type.Number(),
  trust: Type.Number(),
  widening: Type.Number(),
  low: TreesJsonSchema,
  middle: TreesJsonSchema,
  high: TreesJsonSchema,
});
const FileSchema = Type.Object({
  format: Type.Literal('detour-forecast/1'),
  features: Type.Array(Type.String()),
  groups: Type.Record(Type.String(), Type.Array(HorizonSchema)),
});
const file = compileSchema(FileSchema, 'MODEL');

/** By group, one model for each of FORECAST_HORIZONS_MS. */
export type ForecastModels = Readonly<Record<ForecastGroup, readonly HorizonModel[]>>;

/** The models as JSON text. */
export function forecastModelsText(models: ForecastModels): string {
  const groups = FORECAST_GROUPS.map((group) => [
    group,
    models[group].map(({ low, middle, high, ...rest }) => ({
      ...rest,
      ...{ low: treesToJson(low), middle: treesToJson(middle), high: treesToJson(high) },
    })),
  ]);
  return JSON.stringify({
    ...{ format: 'detour-forecast/1', features: [...FORECAST_FEATURES], groups: Object.fromEntries(groups) },
  } satisfies Static<typeof FileSchema>);
}

/** @throws DetourError MODEL where the text is not a whole set of models over the features of this program */
export function parseForecastModels(text: string): ForecastModels {
  const { features, groups } = file.parse(parsed(text));
  if (features.join() !== FORECAST_FEATURES.join()) throw unusable('it was trained on other features');
  const read = FORECAST_GROUPS.map((group) => [group, horizonsOf(groups[group] ?? [])] as const);
  return Object.fromEntries(read) as unknown as ForecastModels;
}

function horizonsOf(horizons: readonly Static<typeof HorizonSchema>[]): HorizonModel[] {
  if (horizons.map(({ horizonMs }) => horizonMs).join() !== FORECAST_HORIZONS_MS.join()) {
    throw unusable('it has other horizons');
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
