import type { HistoryKind } from '../../history/history.ts';
import { LOOK_BACK_DAYS } from './courses.ts';
import { FORECAST_STEP_MS } from './metrics.ts';
import type { RegularSeries } from './series.ts';

const DAY_STEPS = 86_400_000 / FORECAST_STEP_MS;
/** Values of all series together: 16 MB. */
const MAX_VALUES = 4_000_000;
/** What features look back at, and the day under way. */
const MOST_DAYS = LOOK_BACK_DAYS + 1;
const LEAST_DAYS = 2;

/** How many days of so many series are kept. */
export function daysKept(seriesCount: number): number {
  const fit = Math.floor(MAX_VALUES / Math.max(1, seriesCount * DAY_STEPS));
  return Math.min(MOST_DAYS, Math.max(LEAST_DAYS, fit));
}

/** The last days of many series at the step of forecasts, each a ring. NaN where not known. */
export class SeriesStore {
  readonly #length: number;
  readonly #rings = new Map<string, Float32Array>();
  #newest = -1;

  constructor(seriesCount: number) {
    this.#length = daysKept(seriesCount) * DAY_STEPS;
  }

  /** Start of the newest step, ms. */
  get newestMs(): number {
    return this.#newest * FORECAST_STEP_MS;
  }

  add(kind: HistoryKind, id: string, metric: string, atMs: Float64Array, values: Float64Array): void {
    if (atMs.length === 0) return;
    this.#advance(Math.floor((atMs[atMs.length - 1] as number) / FORECAST_STEP_MS));
    const name = nameOf(kind, id, metric);
    const ring = this.#rings.get(name) ?? new Float32Array(this.#length).fill(Number.NaN);
    this.#rings.set(name, ring);
    atMs.forEach((moment, at) => {
      const step = Math.floor(moment / FORECAST_STEP_MS);
      if (step > this.#newest - this.#length) ring[step % this.#length] = values[at] as number;
    });
  }

  /** One series from its first known value to the newest step; null where nothing is known. */
  series(kind: HistoryKind, id: string, metric: string): RegularSeries | null {
    const ring = this.#rings.get(nameOf(kind, id, metric));
    if (ring === undefined) return null;
    const oldest = Math.max(0, this.#newest - this.#length + 1);
    let first = oldest;
    while (first <= this.#newest && Number.isNaN(ring[first % this.#length] as number)) first += 1;
    if (first > this.#newest) return null;
    const values = Float64Array.from(
      { length: this.#newest - first + 1 },
      (_, at) => ring[(first + at) % this.#length] as number,
    );
    return { id: nameOf(kind, id, metric), startMs: first * FORECAST_STEP_MS, stepMs: FORECAST_STEP_MS, values };
  }

  /** Steps that nobody has written must not show what stood there one round ago. */
  #advance(step: number): void {
    if (step <= this.#newest) return;
    const from = this.#newest < 0 ? step : Math.max(this.#newest + 1, step - this.#length + 1);
    for (const ring of this.#rings.values()) {
      for (let at = from; at <= step; at += 1) ring[at % this.#length] = Number.NaN;
    }
    this.#newest = step;
  }
}

function nameOf(kind: HistoryKind, id: string, metric: string): string {
  return `${kind} ${id} ${metric}`;
}
