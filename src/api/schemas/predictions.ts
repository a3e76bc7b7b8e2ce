import { type Static, Type } from 'typebox';
import { RISK_LEVELS } from '../../core/risk.ts';
import { nullable } from '../../core/schema.ts';
import { HealthState } from '../../health/link-state.ts';
import { ForecastPeakSchema } from '../../predict/live/forecast-peaks.ts';
import { ForecastSchema, PredictionSchema } from '../../store/predictions.ts';
import { Cursor, Limit, Query } from './common.ts';

/** A prediction with what is needed to show it. A prediction that is too old has no probability, and says so. */
export const PredictionViewSchema = Type.Object({
  ...PredictionSchema.properties,
  a: Type.String({ description: 'node id' }),
  z: Type.String({ description: 'node id' }),
  state: HealthState,
  ageMs: nullable(Type.Number({ description: 'since the end of the data it was made from' })),
});
export type PredictionView = Static<typeof PredictionViewSchema>;

export const PREDICTION_SORTS = ['risk', 'id', 'lead'] as const;
const SORTS = [...PREDICTION_SORTS, ...PREDICTION_SORTS.map((name) => `-${name}` as const)];

export const PredictionQuery = Query({
  level: Type.Optional(
    Type.Array(Type.Enum(RISK_LEVELS), { minItems: 1, maxItems: 20, description: 'one or more, by comma' }),
  ),
  minProbability: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'leaves out lower ones and those without a probability' }),
  ),
  node: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'links that end at this node' })),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'text in the id or the nodes' })),
  sort: Type.Optional(
    Type.Enum(SORTS, { default: '-risk', description: 'a minus sign turns the order round; unknown comes last' }),
  ),
  limit: Limit,
  cursor: Cursor,
});
export type PredictionQuery = Static<typeof PredictionQuery>;

/** Forecasts of both directions of a link; null with a reason where none was made yet. */
export const LinkForecastSchema = Type.Object({
  linkId: Type.String(),
  arcs: Type.Object({ az: nullable(ForecastSchema), za: nullable(ForecastSchema) }),
  unknown: nullable(Type.String()),
});
export type LinkForecast = Static<typeof LinkForecastSchema>;

export const DeviceForecastSchema = Type.Object({
  deviceId: Type.String(),
  forecast: nullable(ForecastSchema),
  unknown: nullable(Type.String()),
});
export type DeviceForecast = Static<typeof DeviceForecastSchema>;

export const ForecastPeaksSchema = Type.Object({
  madeAtMs: Type.Number({ description: '0 where none were made yet' }),
  peaks: Type.Array(ForecastPeakSchema),
  unknown: nullable(Type.String({ description: 'why there are none' })),
});

const Share = nullable(Type.Number({ description: '0..1; null where nothing was judged' }));

/** How what was said came true. */
export const QualitySchema = Type.Object({
  updatedAtMs: nullable(Type.Number()),
  /** Begin of the first day that counts. */
  sinceMs: nullable(Type.Number()),
  /** Why there is nothing yet; null where there is. */
  unknown: nullable(Type.String()),
  /** Probabilities of the present model, all links and moments that were judged. */
  horizons: Type.Array(
    Type.Object({
      horizonMs: Type.Number(),
      judged: Type.Integer({ description: 'predictions whose truth is known' }),
      cameTrue: Type.Integer(),
      meanProbability: Share,
      brierSkill: nullable(Type.Number({ description: '1 is perfect, 0 as good as always saying the mean' })),
      calibrationError: Share,
      /** By rising probability. */
      calibration: Type.Array(
        Type.Object({ predicted: Type.Number(), observed: Type.Number(), count: Type.Integer() }),
      ),
      levels: Type.Array(
        Type.Object({
          level: Type.Enum(RISK_LEVELS),
          rated: Type.Integer({ description: 'links that were rated so, each alarm or quiet stretch counted once' }),
          degraded: Type.Integer({ description: 'of these: failed within the horizon' }),
        }),
      ),
    }),
  ),
  /** The last links that were rated high or critical, newest first. */
  alarms: Type.Array(
    Type.Object({
      linkId: Type.String(),
      raisedAtMs: Type.Number(),
      clearedAtMs: nullable(Type.Number()),
      probability: Type.Number(),
      level: Type.Enum(RISK_LEVELS),
      /** `healed`: traffic was taken off because of it, so that it is counted neither way. */
      outcome: Type.Enum(['open', 'came-true', 'false-alarm', 'healed', 'unknown']),
      failedAtMs: nullable(Type.Number()),
    }),
  ),
  /** Errors of forecasts by metric and horizon, against the last value known. */
  forecasts: Type.Array(
    Type.Object({
      metric: Type.String(),
      horizonMs: Type.Number(),
      judged: Type.Integer(),
      meanAbsoluteError: nullable(Type.Number({ description: 'in the unit of the metric' })),
      persistenceError: nullable(Type.Number({ description: 'what saying the last value again would have made' })),
      covered: Share,
    }),
  ),
});
export type PredictionQuality = Static<typeof QualitySchema>;

const Row = Type.Record(Type.String(), Type.Unknown(), {
  description: 'every feature of the model by its name: a number, or null where it is not known',
});

const RowTime = Type.Number({
  minimum: 0,
  description: 'end of the data that the row was made from, ms since 1970; the answer says how old it is',
});

/** What a row is made of is checked by the model that is in use, whose features `/models/{id}` names. */
export const PredictBody = Type.Object(
  {
    features: Row,
    atMs: Type.Optional(nullable(RowTime)),
    explain: Type.Optional(Type.Boolean({ default: true, description: 'with factors and a recommendation' })),
  },
  { additionalProperties: false },
);
export const MAX_ROWS = 1000;
export const PredictBatchBody = Type.Object(
  {
    rows: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_ROWS, description: 'objects like `features`' }),
    atMs: Type.Optional(
      Type.Union([RowTime, Type.Array(nullable(RowTime), { maxItems: MAX_ROWS }), Type.Null()], {
        description: 'of all rows, or a list with one for each',
      }),
    ),
    explain: Type.Optional(
      Type.Boolean({ default: false, description: 'with factors and a recommendation for every row' }),
    ),
  },
  { additionalProperties: false },
);

const Answer = {
  modelId: Type.String(),
  engine: Type.Enum(['onnx', 'typescript'], { description: 'who computed it; both give the same within 1e-5' }),
};
const { risks, probability, level, leadMs, factors, recommendation } = PredictionSchema.properties;
/** What is said of a row is what is said of a link, in the same fields. */
export const RowAnswer = Type.Object({
  ...{ risks, probability, level, leadMs },
  factors: Type.Optional(factors),
  recommendation: Type.Optional(recommendation),
  atMs: nullable(Type.Number({ description: 'as the request has it' })),
  dataAgeMs: nullable(Type.Number({ description: 'age of the row when it was answered' })),
  dataAgeUnknown: nullable(Type.String({ description: 'why there is no age; null where there is one' })),
});
export type RowAnswer = Static<typeof RowAnswer>;
export const PredictAnswer = Type.Object({ ...Answer, ...RowAnswer.properties });
export const PredictBatchAnswer = Type.Object({ ...Answer, rows: Type.Array(RowAnswer) });
