import { type Static, Type } from 'typebox';
import { RISK_LEVELS } from '../core/risk.ts';
import { nullable } from '../core/schema.ts';
import { HISTORY_KINDS, METRIC_PATTERN } from './history-record.ts';

export const RECOMMENDATIONS = ['drain', 'watch', 'check-optics', 'add-capacity', 'check-device', 'none'] as const;

const Probability = Type.Number({ minimum: 0, maximum: 1 });

/** What is expected of a link that is well now. */
export const PredictionSchema = Type.Object({
  linkId: Type.String(),
  /** Null where no model answered. */
  modelId: nullable(Type.String()),
  /** End of the data it was made from. */
  atMs: Type.Number(),
  dataAgeMs: nullable(Type.Number({ description: 'age of the newest figures of this link when it was made' })),
  /** Chance of becoming unhealthy or down, other than by planned work, within each horizon. Empty where unknown. */
  risks: Type.Array(Type.Object({ horizonMs: Type.Number(), probability: Probability })),
  /** Of the longest horizon; null with a reason in `unknown`. */
  probability: nullable(Probability),
  level: nullable(Type.Enum(RISK_LEVELS)),
  /** The shortest horizon by which it is more likely than not, given that it happens at all; null where minimal. */
  leadMs: nullable(Type.Number()),
  /** What speaks for it most, in words, the weightiest first. */
  factors: Type.Array(
    Type.Object({
      feature: Type.String(),
      value: nullable(Type.Number()),
      /** What it adds to the log odds. */
      weight: Type.Number(),
      text: Type.String(),
    }),
  ),
  recommendation: nullable(Type.Object({ action: Type.Enum(RECOMMENDATIONS), text: Type.String() })),
  /** Why there is no probability; null where there is one. */
  unknown: nullable(Type.String()),
});
export type Prediction = Static<typeof PredictionSchema>;

export const FORECAST_METHODS = [
  'model',
  'combination',
  'persistence',
  'persistence-with-drift',
  'hour-median',
  'daily',
  'daily-with-drift',
  'weekly',
  'weekly-with-drift',
] as const;

/** One figure in the hours to come. */
export const SeriesForecastSchema = Type.Object({
  metric: Type.String({ pattern: METRIC_PATTERN }),
  /** `model`, or the rule that stands in for it where history is short, or the model was no better. */
  method: Type.Enum(FORECAST_METHODS),
  modelId: nullable(Type.String()),
  /** Which hours are not the model's, and why; null where all are. */
  reason: nullable(Type.String()),
  points: Type.Array(
    Type.Object({
      atMs: Type.Number(),
      horizonMs: Type.Number(),
      p10: Type.Number(),
      p50: Type.Number(),
      p90: Type.Number(),
    }),
  ),
});
export type SeriesForecast = Static<typeof SeriesForecastSchema>;

/** When an arc runs full if its daily peaks go on growing as they did. */
export const FullDaySchema = Type.Object({
  /** UTC date; null with a reason. */
  day: nullable(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  /** Growth of the daily peak of utilisation per day; null where it is not known. */
  growthPerDay: nullable(Type.Number()),
  daysOfHistory: Type.Integer(),
  reason: nullable(Type.String()),
});
export type FullDay = Static<typeof FullDaySchema>;

/** All forecasts of one arc or device. */
export const ForecastSchema = Type.Object({
  kind: Type.Enum(HISTORY_KINDS),
  id: Type.String(),
  madeAtMs: Type.Number(),
  /** End of the data it was made from. */
  atMs: Type.Number(),
  series: Type.Array(SeriesForecastSchema),
  full: nullable(FullDaySchema),
});
export type Forecast = Static<typeof ForecastSchema>;

/** A link whose risk is high or critical, as long as that stands. */
export const StandingAlarmSchema = Type.Object({
  linkId: Type.String(),
  raisedAtMs: Type.Number(),
  level: Type.Enum(RISK_LEVELS),
  probability: Probability,
});
export type StandingAlarm = Static<typeof StandingAlarmSchema>;

/** What was said at one moment, kept until the truth about it is known. Opaque to the store but for its moment. */
export interface Claim {
  readonly atMs: number;
  readonly body: unknown;
}

/** A name of its own for everything that is judged at its own time: `risk-30m`, `forecast-2h`. */
export type ClaimKind = string;

/** The newest predictions and forecasts, what was said before, and how that turned out. */
export interface PredictionStore {
  /** Takes the place of all predictions before. */
  writePredictions(predictions: readonly Prediction[]): Promise<void>;
  /** By link; empty before the first. */
  predictions(): Promise<Map<string, Prediction>>;
  prediction(linkId: string): Promise<Prediction | null>;
  /** Takes the place of all standing alarms before. */
  writeAlarms(alarms: readonly StandingAlarm[]): Promise<void>;
  alarms(): Promise<StandingAlarm[]>;
  /** Takes the place of all forecasts of these kinds before. */
  writeForecasts(forecasts: readonly Forecast[]): Promise<void>;
  forecast(kind: Forecast['kind'], id: string): Promise<Forecast | null>;
  /** The oldest go when there are more than `LIMITS.claimsMax` of a kind. A second one of the same moment replaces the first. */
  claim(kind: ClaimKind, claim: Claim): Promise<void>;
  /** Claims of this moment or earlier, oldest first. */
  claims(kind: ClaimKind, untilMs: number): Promise<Claim[]>;
  /** Claims of this moment or earlier were judged and go. */
  settle(kind: ClaimKind, untilMs: number): Promise<void>;
  /** A small JSON document by name: how good predictions were, what drift was seen. */
  writeReport(name: string, report: unknown): Promise<void>;
  report(name: string): Promise<unknown>;
}
