import { DetourError } from '../core/errors.ts';
import { DAY_MS } from '../history/history.ts';
import { FORECAST_HORIZONS_MS, FORECAST_METRICS, FORECAST_STEP_MS } from '../predict/forecast/metrics.ts';
import { daysKept } from '../predict/forecast/series-store.ts';
import { idsOf, readPieces, type Wanted } from '../predict/live/follower.ts';
import { PEAKS_REPORT, peaksOf } from '../predict/live/forecast-peaks.ts';
import type { Piece } from '../predict/live/pieces.ts';
import type { ArcPeaks, ForecastOf } from '../predict/live/prediction-engine.ts';
import type { Forecast, FullDay } from '../store/predictions.ts';
import { type ForesightDeps, PAST_SETTLES_MS } from './deps.ts';
import type { ModelLoader } from './model-loader.ts';

/** Trends of months change slowly; reading them takes a while. */
const FULL_DAYS_EVERY_MS = 6 * 3_600_000;
const TREND_WINDOW_DAYS = 90;
/** Steps that are read again: samples come late, and the step under way was not whole. */
const OVERLAP_MS = 2 * FORECAST_STEP_MS;
/** Of each kind, to see where history begins. */
const PROBED_IDS = 20;
/** Forecasts are kept for judgement every half hour. */
const CLAIM_EVERY_MS = 30 * 60_000;

/** What is kept of one moment and horizon. */
export interface ForecastClaim {
  /** kind, id, metric, last value known, p10, p50, p90. */
  readonly rows: readonly (readonly [string, string, string, number, number, number, number])[];
}

export const forecastClaims = (horizonMs: number): string => `forecast-${horizonMs / 3_600_000}h`;

/** Every few minutes: reads new steps, has the engine forecast, writes the forecasts. */
export class ForecastRound {
  readonly #deps: ForesightDeps;
  readonly #models: ModelLoader;
  readonly #wanted: readonly Wanted[];
  #untilMs = -Infinity;
  #engine: string | null = null;
  #firstMs: number | null = null;
  #claimedAtMs = -Infinity;
  #fullAtMs = -Infinity;
  #full: ReadonlyMap<string, FullDay> = new Map();

  constructor(deps: ForesightDeps, models: ModelLoader) {
    this.#deps = deps;
    this.#models = models;
    this.#wanted = wantedOf(deps);
  }

  async round(): Promise<{ readonly series: number; readonly byModel: number }> {
    const { store, clock, run } = this.#deps;
    const nowMs = clock.nowMs();
    const engine = await run({ kind: 'who' });
    // A thread that is a new one knows nothing of the days before: they are read again.
    this.#firstMs ??= nowMs;
    if (engine !== this.#engine || nowMs - this.#firstMs < PAST_SETTLES_MS) this.#untilMs = -Infinity;
    this.#engine = engine;
    await this.#follow(nowMs);
    const model = await this.#models.forecast();
    const { atMs, hasSteps, forecasts } = await run({ kind: 'forecast' });
    if (!hasSteps) return { series: 0, byModel: 0 };
    if (nowMs - this.#fullAtMs >= FULL_DAYS_EVERY_MS) await this.#fullDays(nowMs);
    await store.predictions.writeForecasts(this.#grouped(forecasts, model.id, atMs, nowMs));
    await store.predictions.writeReport(PEAKS_REPORT, peaksOf(this.#deps.network.network.links, forecasts, nowMs));
    await this.#claim(forecasts, atMs);
    return {
      series: forecasts.length,
      byModel: forecasts.filter(({ forecast }) => forecast.method === 'model').length,
    };
  }

  async #follow(nowMs: number): Promise<void> {
    const toMs = Math.floor(nowMs / FORECAST_STEP_MS) * FORECAST_STEP_MS;
    const seriesCount = this.#wanted.reduce((sum, { ids, metrics }) => sum + ids.length * metrics.length, 0);
    const earliestMs = toMs - daysKept(seriesCount) * DAY_MS;
    const take = async (pieces: readonly Piece[]) =>
      void (await this.#deps.run({ kind: 'take', what: 'steps', pieces }));
    try {
      const isNew = this.#untilMs - OVERLAP_MS < earliestMs;
      const fromMs = isNew ? await this.#firstKnown(earliestMs, toMs) : this.#untilMs - OVERLAP_MS;
      const span = { fromMs, toMs, stepMs: FORECAST_STEP_MS };
      await readPieces({ history: this.#deps.history, take }, this.#wanted, span, () => 'mean');
    } catch (error) {
      // Without history there is nothing new; the engine says so by what it has.
      if (error instanceof DetourError) return;
      throw error;
    }
    this.#untilMs = toMs;
  }

  /** The day on which history begins, by some series of each kind: weeks of nothing take as long to read as weeks. */
  async #firstKnown(earliestMs: number, toMs: number): Promise<number> {
    let firstMs = Infinity;
    for (const { kind, ids, metrics } of this.#wanted) {
      const every = Math.ceil(ids.length / PROBED_IDS);
      const some = ids.filter((_, at) => at % every === 0);
      const span = { fromMs: earliestMs, toMs, stepMs: DAY_MS };
      const answer = await this.#deps.history.range({ kind, ids: some, metrics: [...metrics], ...span });
      const known = answer.series.map(({ count }) => count.findIndex((each) => each > 0)).filter((at) => at >= 0);
      firstMs = Math.min(firstMs, ...known.map((at) => answer.fromMs + at * answer.stepMs));
    }
    return Number.isFinite(firstMs) ? Math.max(earliestMs, firstMs) : earliestMs;
  }

  #grouped(forecasts: readonly ForecastOf[], modelId: string | null, atMs: number, nowMs: number): Forecast[] {
    const groups = new Map<string, Forecast>();
    for (const { kind, id, metric, forecast } of forecasts) {
      const name = `${kind} ${id}`;
      const known = groups.get(name) ?? {
        ...{ kind, id, madeAtMs: nowMs, atMs, series: [] },
        full: kind === 'arc' ? (this.#full.get(id) ?? null) : null,
      };
      groups.set(name, known);
      const { method, reason, points } = forecast;
      known.series.push({ metric, method, modelId: method === 'model' ? modelId : null, reason, points: [...points] });
    }
    return [...groups.values()];
  }

  async #claim(forecasts: readonly ForecastOf[], atMs: number): Promise<void> {
    if (atMs - this.#claimedAtMs < CLAIM_EVERY_MS) return;
    this.#claimedAtMs = atMs;
    for (const horizonMs of FORECAST_HORIZONS_MS) {
      const rows = forecasts.flatMap(({ kind, id, metric, last, forecast }) => {
        const point = forecast.points.find((each) => each.horizonMs === horizonMs);
        return point === undefined ? [] : [[kind, id, metric, last, point.p10, point.p50, point.p90] as const];
      });
      const body: ForecastClaim = { rows };
      await this.#deps.store.predictions.claim(forecastClaims(horizonMs), { atMs, body });
    }
  }

  /** The day each arc runs full, by the peaks of its days. */
  async #fullDays(nowMs: number): Promise<void> {
    const toMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    const found = new Map<string, ArcPeaks>();
    const take = async (pieces: readonly Piece[]) => {
      for (const { id, atMs, values } of pieces) {
        found.set(id, { id, peaks: Array.from(atMs, (dayMs, at) => ({ dayMs, peak: values[at] as number })) });
      }
    };
    const arcs = [{ kind: 'arc' as const, ids: idsOf(this.#deps.network.network).arc, metrics: ['utilisation'] }];
    const span = { fromMs: toMs - TREND_WINDOW_DAYS * DAY_MS, toMs, stepMs: DAY_MS };
    try {
      await readPieces({ history: this.#deps.history, take }, arcs, span, () => 'p95');
    } catch (error) {
      if (error instanceof DetourError) return;
      throw error;
    }
    const known = arcs[0]?.ids.map((id) => found.get(id) ?? { id, peaks: [] }) ?? [];
    const days = await this.#deps.run({ kind: 'full-days', peaks: known, nowMs });
    this.#full = new Map(days.map(({ id, full }) => [id, full]));
    this.#fullAtMs = nowMs;
  }
}

function wantedOf({ network }: Pick<ForesightDeps, 'network'>): Wanted[] {
  const ids = idsOf(network.network);
  const kinds = [...new Set(FORECAST_METRICS.map(({ kind }) => kind))];
  return kinds.map((kind) => ({
    ...{ kind, ids: ids[kind] },
    metrics: FORECAST_METRICS.filter((each) => each.kind === kind).map(({ metric }) => metric),
  }));
}
