import { FADE_DB, type MicrowaveField } from './microwave.ts';

/** A fade within so many minutes from now is what is to be foreseen: not at once, and not for ever. */
export const AHEAD_MINUTES = [10, 60] as const;
export const STEP_MINUTES = 2;
const DRIFT_MINUTES = 20;
/** Rain moves at up to about 20 m/s (72 km/h). */
const SPEEDS_KMH = [-72, -54, -36, -18, 0, 18, 36, 54, 72];
const NEAREST = [1, 3, 5, 10] as const;
const RADII_KM = [10, 20, 40] as const;
const FAR_KM = 200;

export const MICROWAVE_FEATURES = [
  'now',
  'mean5',
  'mean15',
  'mean60',
  'max60',
  'deviation15',
  'change10',
  ...NEAREST.flatMap((count) => [`nearest${count}Max`, `nearest${count}Mean`, `nearest${count}Change`]),
  ...RADII_KM.map((radius) => `fading${radius}km`),
  'nearestFadeKm',
  'nearestFadeApproach',
  'allMean',
  'allChange',
  'allFading',
  'upwind10',
  'upwind20',
  'upwind30',
  'upwind45',
  'upwind60',
  'upwindMax',
] as const;

/** Rows of links that are not fading, with what came. */
export interface MicrowaveRows {
  readonly link: Int32Array;
  readonly minute: Int32Array;
  readonly values: Float32Array;
  readonly labels: Float32Array;
  /** The rule to beat: the highest rise among the five nearest links. */
  readonly neighbour: Float32Array;
}

/** Rows of the minutes `[from, to)`; labels look ahead, features do not. */
export function microwaveRows(field: MicrowaveField, from: number, to: number): MicrowaveRows {
  const near = neighbours(field);
  const [link, minutes, values, labels, neighbour]: [number[], number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  for (let minute = from; minute < to; minute += STEP_MINUTES) {
    if (field.rise.every((rise) => Number.isNaN(rise[minute]))) continue;
    const scene = new Scene(field, near, minute);
    for (let own = 0; own < field.links.length; own += 1) {
      const label = labelOf(field.rise[own] as Float32Array, minute);
      if (Number.isNaN(label)) continue;
      link.push(own);
      minutes.push(minute);
      labels.push(label);
      neighbour.push(scene.largestOfNearest(own, 5));
      values.push(...scene.features(own));
    }
  }
  return {
    link: Int32Array.from(link),
    minute: Int32Array.from(minutes),
    values: Float32Array.from(values),
    labels: Float32Array.from(labels),
    neighbour: Float32Array.from(neighbour),
  };
}

/** NaN where the link fades now, or where too little of what came is known. */
function labelOf(rise: Float32Array, minute: number): number {
  const now = rise[minute] as number;
  if (Number.isNaN(now) || now > FADE_DB) return Number.NaN;
  const [first, last] = AHEAD_MINUTES;
  const ahead = rise.subarray(minute + first, minute + last + 1);
  if (ahead.some((value) => value > FADE_DB)) return 1;
  return ahead.length === last - first + 1 && ahead.filter((value) => !Number.isNaN(value)).length >= ahead.length / 2
    ? 0
    : Number.NaN;
}

interface Neighbours {
  /** Others of each link, nearest first. */
  readonly order: readonly Int32Array[];
  readonly km: readonly Float32Array[];
}

function neighbours({ links }: MicrowaveField): Neighbours {
  const km = links.map((one) =>
    Float32Array.from(links, (other) => Math.hypot(one.xKm - other.xKm, one.yKm - other.yKm)),
  );
  const order = km.map((own, link) =>
    Int32Array.from(links.keys())
      .filter((other) => other !== link)
      .sort((x, y) => (own[x] as number) - (own[y] as number)),
  );
  return { order, km };
}

const zeroIfUnknown = (value: number) => (Number.isNaN(value) ? 0 : value);

/** The field as it was known at one minute. */
class Scene {
  readonly #field: MicrowaveField;
  readonly #near: Neighbours;
  readonly #minute: number;
  readonly #now: Float32Array;
  readonly #before: Float32Array;
  /** Where the rain is going, km a minute; null where there is none to follow. */
  readonly #drift: readonly [x: number, y: number] | null;

  constructor(field: MicrowaveField, near: Neighbours, minute: number) {
    this.#field = field;
    this.#near = near;
    this.#minute = minute;
    this.#now = this.#means(minute, 5);
    this.#before = this.#means(minute - DRIFT_MINUTES, 5);
    this.#drift = this.#driftOf();
  }

  features(link: number): number[] {
    const rise = this.#field.rise[link] as Float32Array;
    const at = this.#minute;
    const hour = knownOf(rise, at, 60);
    const quarter = knownOf(rise, at, 15);
    const own = [
      rise[at] as number,
      mean(knownOf(rise, at, 5)),
      mean(quarter),
      mean(hour),
      hour.reduce((most, value) => Math.max(most, value), -Infinity),
      deviation(quarter),
      mean(knownOf(rise, at, 5)) - mean(knownOf(rise, at - 10, 5)),
    ];
    return [...own, ...this.#around(link), ...this.#upwind(link)];
  }

  largestOfNearest(link: number, count: number): number {
    const order = (this.#near.order[link] as Int32Array).subarray(0, count);
    const now = order.reduce((most, other) => Math.max(most, zeroIfUnknown(this.#riseNow(other))), -Infinity);
    return Number.isFinite(now) ? now : 0;
  }

  #riseNow(link: number): number {
    return this.#field.rise[link]?.[this.#minute] as number;
  }

  #around(link: number): number[] {
    const order = this.#near.order[link] as Int32Array;
    const km = this.#near.km[link] as Float32Array;
    const nearest = NEAREST.flatMap((count) => {
      const [now, before] = [this.#now, this.#before].map((values) =>
        Array.from(order.subarray(0, count), (other) => values[other] as number).filter(
          (value) => !Number.isNaN(value),
        ),
      ) as [number[], number[]];
      return [Math.max(...now, 0), mean(now), mean(now) - mean(before)];
    });
    const fadingWithin = (radius: number) =>
      order.filter((other) => (km[other] as number) <= radius && this.#fades(other)).length;
    const distance = (values: Float32Array) =>
      order.reduce(
        (least, other) => ((values[other] as number) > FADE_DB ? Math.min(least, km[other] as number) : least),
        FAR_KM,
      );
    const [nowKm, beforeKm] = [distance(this.#now), distance(this.#before)];
    const [all, allBefore] = [this.#now, this.#before].map((values) =>
      mean(values.filter((value) => !Number.isNaN(value))),
    );
    return [
      ...nearest,
      ...RADII_KM.map(fadingWithin),
      nowKm,
      beforeKm - nowKm,
      all as number,
      (all as number) - (allBefore as number),
      this.#now.filter((value) => value > FADE_DB).length,
    ];
  }

  #fades(link: number): boolean {
    return (this.#now[link] as number) > FADE_DB;
  }

  /** What lies where the rain over the link in so many minutes is now. */
  #upwind(link: number): number[] {
    if (this.#drift === null) return new Array(6).fill(Number.NaN);
    const [x, y] = this.#drift;
    const { xKm, yKm } = this.#field.links[link] as { xKm: number; yKm: number };
    const values = [10, 20, 30, 45, 60].map((minutes) =>
      this.#interpolated(this.#now, xKm - x * minutes, yKm - y * minutes),
    );
    return [...values, Math.max(...values)];
  }

  /** Means of each link over the minutes before one. */
  #means(minute: number, length: number): Float32Array {
    return Float32Array.from(this.#field.rise, (rise) => mean(knownOf(rise, minute, length)));
  }

  /** The shift that best makes the field of before into that of now (block matching over all links). */
  #driftOf(): readonly [number, number] | null {
    if (!this.#now.some((value) => value > FADE_DB / 2) || !this.#before.some((value) => value > FADE_DB / 2))
      return null;
    let [best, found]: [number, readonly [number, number] | null] = [Infinity, null];
    for (const east of SPEEDS_KMH) {
      for (const north of SPEEDS_KMH) {
        const drift = [east / 60, north / 60] as const;
        const off = this.#mismatch(drift);
        if (off < best) [best, found] = [off, drift];
      }
    }
    return found;
  }

  #mismatch([x, y]: readonly [number, number]): number {
    let sum = 0;
    for (const [link, { xKm, yKm }] of this.#field.links.entries()) {
      const now = this.#now[link] as number;
      if (Number.isNaN(now)) continue;
      const expected = this.#interpolated(this.#before, xKm - x * DRIFT_MINUTES, yKm - y * DRIFT_MINUTES);
      sum += (now - expected) ** 2;
    }
    return sum;
  }

  /** Inverse-distance mean of the links around a place (Shepard 1968). */
  #interpolated(values: Float32Array, xKm: number, yKm: number): number {
    let [sum, weights] = [0, 0];
    for (const [link, place] of this.#field.links.entries()) {
      const value = values[link] as number;
      if (Number.isNaN(value)) continue;
      const weight = 1 / ((place.xKm - xKm) ** 2 + (place.yKm - yKm) ** 2 + 4);
      const strong = weight * weight;
      sum += strong * value;
      weights += strong;
    }
    return weights === 0 ? Number.NaN : sum / weights;
  }
}

function knownOf(rise: Float32Array, minute: number, length: number): Float32Array {
  return rise
    .subarray(Math.max(0, minute - length + 1), Math.max(0, minute + 1))
    .filter((value) => !Number.isNaN(value));
}

function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? Number.NaN : Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: ArrayLike<number>): number {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
}
