import { HOUR_MINUTES } from '../minutes.ts';
import type { MinuteColumn } from '../minutes-column.ts';

/** Figures of a window of one column, of all its things at once; NaN where too little is known. */
export interface WindowStats {
  readonly mean: Float32Array;
  readonly max: Float32Array;
  readonly min: Float32Array;
  /** Standard deviation; NaN below `LEAST_KNOWN` values. */
  readonly deviation: Float32Array;
  /** Least-squares slope per step (minute or hour); NaN below `LEAST_KNOWN` values. */
  readonly slope: Float32Array;
  readonly known: Float32Array;
}

const LEAST_KNOWN = 4;

/** So many minutes, of which the newest is `back` minutes old. */
export interface Stretch {
  readonly length: number;
  readonly back?: number;
}

/** The minutes `(minute - length, minute]`. */
export function minuteStats(column: MinuteColumn, minute: number, length: number): WindowStats {
  return statsOf(column.width, length, (step) => column.atMinute(minute - length + 1 + step));
}

/** Means of the minutes `(minute - back - length, minute - back]`, NaN where nothing is known. */
export function minuteMeans(column: MinuteColumn, minute: number, { length, back = 0 }: Stretch): Float32Array {
  const [sums, counts] = [new Float64Array(column.width), new Uint16Array(column.width)];
  for (let at = minute - back - length + 1; at <= minute - back; at += 1) {
    const values = column.atMinute(at);
    if (values === null) continue;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      if (Number.isNaN(value)) continue;
      sums[index] = (sums[index] as number) + value;
      counts[index] = (counts[index] as number) + 1;
    }
  }
  return each(column.width, (index) =>
    counts[index] === 0 ? Number.NaN : (sums[index] as number) / (counts[index] as number),
  );
}

/** How many of the last `length` minutes lie above the level of each; NaN where none is known. */
export function minutesAbove(
  column: MinuteColumn,
  minute: number,
  length: number,
  levelOf: (index: number) => number,
): Float32Array {
  const counts = new Float32Array(column.width).fill(Number.NaN);
  for (let at = minute - length + 1; at <= minute; at += 1) {
    const values = column.atMinute(at);
    if (values === null) continue;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      if (Number.isNaN(value)) continue;
      const before = counts[index] as number;
      counts[index] = (Number.isNaN(before) ? 0 : before) + (value > levelOf(index) ? 1 : 0);
    }
  }
  return counts;
}

/** The `length` whole hours before the hour that `minute` lies in. */
export function hourStats(column: MinuteColumn, minute: number, length: number): WindowStats {
  const first = Math.floor(minute / HOUR_MINUTES) - length;
  const hour = new Float32Array(column.width);
  return statsOf(column.width, length, (step) => (column.atHour(first + step, hour) ? hour : null));
}

/** One pass by moments with shifted sums: the first known value is taken off, so that squares keep their digits. */
function statsOf(width: number, length: number, at: (step: number) => Float32Array | null): WindowStats {
  const sums = newSums(width);
  for (let step = 0; step < length; step += 1) {
    const values = at(step);
    if (values !== null) addStep(sums, values, step - (length - 1) / 2);
  }
  return finished(sums);
}

function newSums(width: number) {
  const column = () => new Float64Array(width);
  return {
    width,
    shift: column().fill(Number.NaN),
    known: new Float32Array(width),
    value: column(),
    square: column(),
    time: column(),
    timeSquare: column(),
    product: column(),
    max: new Float32Array(width).fill(-Infinity),
    min: new Float32Array(width).fill(Infinity),
  };
}
type Sums = ReturnType<typeof newSums>;

function addStep(sums: Sums, values: Float32Array, time: number): void {
  const { shift, known, value, square, time: times, timeSquare, product, max, min } = sums;
  for (let index = 0; index < values.length; index += 1) {
    const own = values[index] as number;
    if (Number.isNaN(own)) continue;
    if (known[index] === 0) shift[index] = own;
    const off = own - (shift[index] as number);
    known[index] = (known[index] as number) + 1;
    value[index] = (value[index] as number) + off;
    square[index] = (square[index] as number) + off * off;
    times[index] = (times[index] as number) + time;
    timeSquare[index] = (timeSquare[index] as number) + time * time;
    product[index] = (product[index] as number) + off * time;
    if (own > (max[index] as number)) max[index] = own;
    if (own < (min[index] as number)) min[index] = own;
  }
}

function finished(sums: Sums): WindowStats {
  const { width, known, max, min } = sums;
  const [mean, deviation, slope] = [new Float32Array(width), new Float32Array(width), new Float32Array(width)];
  for (let index = 0; index < width; index += 1) {
    const count = known[index] as number;
    const [value, time] = [sums.value[index] as number, sums.time[index] as number];
    mean[index] = count === 0 ? Number.NaN : (sums.shift[index] as number) + value / count;
    if (count === 0) max[index] = min[index] = Number.NaN;
    const isEnough = count >= LEAST_KNOWN;
    const variance = Math.max(0, (sums.square[index] as number) / count - (value / count) ** 2);
    deviation[index] = isEnough ? Math.sqrt(variance) : Number.NaN;
    const spread = (sums.timeSquare[index] as number) - (time * time) / count;
    slope[index] = isEnough ? ((sums.product[index] as number) - (time * value) / count) / spread : Number.NaN;
  }
  return { mean, max, min, deviation, slope, known };
}

/** A figure of each of so many things. `Float32Array.from` takes ten times as long. */
export function each(count: number, figureOf: (index: number) => number): Float32Array {
  const figures = new Float32Array(count);
  for (let index = 0; index < count; index += 1) figures[index] = figureOf(index);
  return figures;
}

/** The larger of what is known of two ends or directions, link by link: entries 2i and 2i + 1. */
export function largerOfPairs(values: Float32Array): Float32Array {
  return each(values.length / 2, (link) => larger(values[2 * link] as number, values[2 * link + 1] as number));
}

/** The smaller of what is known of two, link by link. */
export function smallerOfPairs(values: Float32Array): Float32Array {
  return each(values.length / 2, (link) => {
    const [one, other] = [values[2 * link] as number, values[2 * link + 1] as number];
    return Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.min(one, other);
  });
}

/** Of two values the one for which `by` is larger, link by link; NaN where neither is known. */
export function pickedByPairs(values: Float32Array, by: Float32Array): Float32Array {
  return each(values.length / 2, (link) => {
    const [one, other] = [by[2 * link] as number, by[2 * link + 1] as number];
    if (Number.isNaN(one) && Number.isNaN(other)) return Number.NaN;
    return values[Number.isNaN(one) || other > one ? 2 * link + 1 : 2 * link] as number;
  });
}

export function larger(one: number, other: number): number {
  return Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.max(one, other);
}

export function mapped(values: Float32Array, change: (value: number, index: number) => number): Float32Array {
  return each(values.length, (index) => change(values[index] as number, index));
}

/** Value by value; NaN where one is. */
export function combined(
  one: Float32Array,
  other: Float32Array,
  join: (one: number, other: number) => number,
): Float32Array {
  return each(one.length, (index) => join(one[index] as number, other[index] as number));
}
