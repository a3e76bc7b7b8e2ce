import type { Rng } from '../../core/rng.ts';
import type { Examples } from '../trees/boost.ts';
import { type Base, FORECAST_FEATURES, ForecastFeatures, type Frame } from './features.ts';
import type { RegularSeries } from './series.ts';

/** A stretch of one series from which forecasts may start: origins and targets lie in `[begin, end)`. */
export interface Stretch {
  readonly series: RegularSeries;
  readonly begin: number;
  readonly end: number;
}

/** Rows of forecasts with their truths, as (truth - anchor) / scale. */
export interface ForecastRows extends Examples {
  readonly frames: readonly Frame[];
  /** Where each row was made. */
  readonly places: readonly Place[];
}

export interface Place {
  readonly series: RegularSeries;
  readonly origin: number;
  readonly horizon: number;
}

/** Feature readers are slow to make and serve every horizon. */
export class FeatureReaders {
  readonly #readers = new Map<RegularSeries, ForecastFeatures>();

  of(series: RegularSeries): ForecastFeatures {
    const known = this.#readers.get(series);
    if (known !== undefined) return known;
    const reader = new ForecastFeatures(series);
    this.#readers.set(series, reader);
    return reader;
  }
}

/** Origins in the stretches whose truth after `horizonMs` is known, about `limit` of them, each as likely as any. */
export function sampleRows(
  stretches: readonly Stretch[],
  horizonMs: number,
  limit: number,
  readers: FeatureReaders,
  rng: Rng,
  base: Base,
): ForecastRows {
  const places = placesOf(stretches, horizonMs);
  const share = Math.min(1, limit / Math.max(1, places.length));
  const chosen = places.filter(() => rng.next() < share);
  const values = new Float32Array(chosen.length * FORECAST_FEATURES.length);
  const labels = new Float32Array(chosen.length);
  const frames: Frame[] = [];
  const kept: Place[] = [];
  let count = 0;
  for (const place of chosen) {
    const { series, origin, horizon } = place;
    const reader = readers.of(series);
    const frame = reader.frame(origin, horizon, base);
    if (frame === null) continue;
    reader.write(origin, horizon, frame, values, count * FORECAST_FEATURES.length);
    labels[count] = ((series.values[origin + horizon] as number) - frame.anchor) / frame.scale;
    frames.push(frame);
    kept.push(place);
    count += 1;
  }
  const table = {
    names: FORECAST_FEATURES,
    rowCount: count,
    values: values.slice(0, count * FORECAST_FEATURES.length),
  };
  return { table, labels: labels.slice(0, count), frames, places: kept };
}

/** Origins of each series that are looked at to tell bases apart. */
const BASE_LOOKS = 400;

/** The base whose errors over these stretches are smaller, each series counting the same. */
export function bestBase(stretches: readonly Stretch[], horizonMs: number, readers: FeatureReaders): Base {
  let sum = 0;
  for (const stretch of stretches) {
    const places = placesOf([stretch], horizonMs);
    const stride = Math.max(1, Math.floor(places.length / BASE_LOOKS));
    let [combination, median] = [0, 0];
    for (let at = 0; at < places.length; at += stride) {
      const { series, origin, horizon } = places[at] as Place;
      // Measured from the median: what the combination says comes along.
      const frame = readers.of(series).frame(origin, horizon, 'hour-median');
      if (frame === null) continue;
      const truth = series.values[origin + horizon] as number;
      combination += Math.abs(truth - frame.combined);
      median += Math.abs(truth - frame.anchor);
    }
    if (combination > 0 && median > 0) sum += Math.log(combination / median);
  }
  return sum <= 0 ? 'combination' : 'hour-median';
}

/** How many rows there are to sample from. */
export function rowCount(stretches: readonly Stretch[], horizonMs: number): number {
  return placesOf(stretches, horizonMs).length;
}

function placesOf(stretches: readonly Stretch[], horizonMs: number): Place[] {
  return stretches.flatMap(({ series, begin, end }) => {
    const horizon = Math.max(1, Math.round(horizonMs / series.stepMs));
    const places: Place[] = [];
    for (let origin = begin; origin + horizon < end; origin += 1) {
      const isKnown = Number.isFinite(series.values[origin + horizon]) && Number.isFinite(series.values[origin]);
      if (isKnown) places.push({ series, origin, horizon });
    }
    return places;
  });
}
