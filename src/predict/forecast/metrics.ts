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

/** Figures that move alike share a model: what follows the traffic of the day, and what changes slowly or by jumps. */
export const FORECAST_GROUPS = ['rhythm', 'slow'] as const;
export type ForecastGroup = (typeof FORECAST_GROUPS)[number];

export interface ForecastMetric {
  readonly kind: HistoryKind;
  readonly metric: string;
  readonly group: ForecastGroup;
  /** No value lies below or above; null where there is no bound. */
  readonly least: number | null;
  readonly most: number | null;
}

/** What is forecast. */
export const FORECAST_METRICS: readonly ForecastMetric[] = [
  { kind: 'arc', metric: 'utilisation', group: 'rhythm', least: 0, most: null },
  { kind: 'arc', metric: 'latencyMs', group: 'slow', least: 0, most: null },
  { kind: 'device', metric: 'cpuRatio', group: 'rhythm', least: 0, most: 1 },
  { kind: 'device', metric: 'memoryRatio', group: 'slow', least: 0, most: 1 },
  { kind: 'device', metric: 'temperatureCelsius', group: 'slow', least: null, most: null },
  { kind: 'device', metric: 'activeSessions', group: 'rhythm', least: 0, most: null },
];
