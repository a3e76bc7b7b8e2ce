import type { HistoryKind } from '../../history/history.ts';

const HOUR_MS = 3_600_000;
/** Distance of the figures that forecasts are made from. */
export const FORECAST_STEP_MS = 600_000;
/** The next six hours. */
export const FORECAST_HORIZONS_MS = [1, 2, 3, 4, 5, 6].map((hours) => hours * HOUR_MS);
/** Less than a day says nothing of the day's rhythm: then a rule stands in for the model. */
export const MODEL_NEEDS_MS = 24 * HOUR_MS;
/** Less than this says nothing at all. */
export const LEAST_HISTORY_MS = HOUR_MS;

export interface ForecastMetric {
  readonly kind: HistoryKind;
  readonly metric: string;
  /** No value lies below or above; null where there is no bound. */
  readonly least: number | null;
  readonly most: number | null;
}

/** What is forecast; each has models of its own. */
export const FORECAST_METRICS: readonly ForecastMetric[] = [
  { kind: 'arc', metric: 'utilisation', least: 0, most: null },
  { kind: 'arc', metric: 'latencyMs', least: 0, most: null },
  { kind: 'device', metric: 'cpuRatio', least: 0, most: 1 },
  { kind: 'device', metric: 'memoryRatio', least: 0, most: 1 },
  { kind: 'device', metric: 'temperatureCelsius', least: null, most: null },
  { kind: 'device', metric: 'activeSessions', least: 0, most: null },
];
