import type { KeptMetric } from '../minutes.ts';
import type { Moment } from './moment.ts';
import { combined, each, larger, largerOfPairs, mapped, pickedByPairs, type WindowStats } from './windows.ts';

/** What a feature is about: this decides the recommendation. */
export const FEATURE_GROUPS = [
  'loss',
  'errors',
  'latency',
  'load',
  'optics',
  'past',
  'device',
  'surroundings',
  'time',
] as const;
export type FeatureGroup = (typeof FEATURE_GROUPS)[number];

export interface RiskFeature {
  readonly name: string;
  /** Empty for a plain number. */
  readonly unit: string;
  /** For people: `receive power against its mean of the last day`. */
  readonly words: string;
  readonly group: FeatureGroup;
  /**
   * Tells things apart rather than how they are: every router and receiver has a usual level of its own, by which trees
   * learn which link it was that failed. Rules and drift look at it, models do not learn from it.
   */
  readonly isUsualLevel?: boolean;
  /** The feature of every link, NaN where not known. Looks at nothing after the moment. */
  readonly of: (moment: Moment) => Float32Array;
}

const MINUTE = [1, 'minutes'] as const;
export const TEN = [10, 'minutes'] as const;
export const HOUR = [60, 'minutes'] as const;
export const FOUR_HOURS = [4, 'hours'] as const;
export const SIX_HOURS = [6, 'hours'] as const;
const TWELVE_HOURS = [12, 'hours'] as const;
export const DAY = [24, 'hours'] as const;
export const WINDOWS = [
  ['1m', MINUTE, 'in the last minute'],
  ['10m', TEN, 'in the last 10 min'],
  ['1h', HOUR, 'in the last hour'],
  ['1d', DAY, 'in the last day'],
] as const;
export type Window = (typeof WINDOWS)[number][1] | typeof FOUR_HOURS | typeof SIX_HOURS | typeof TWELVE_HOURS;

/** Ratios that span many magnitudes are told apart by their logarithm; less than this is none. */
const LEAST_RATIO = 1e-9;
export const log10 = (value: number) => Math.log10(Math.max(LEAST_RATIO, value));

export const minus = (one: Float32Array, other: Float32Array) => combined(one, other, (x, y) => x - y);
/** Distance in usual deviations; the floor keeps a figure that never moved from making everything an outlier. */
export const inDeviations = (distance: Float32Array, deviation: Float32Array, floor: number) =>
  combined(distance, deviation, (own, usual) => own / Math.max(floor, usual));

/** The mean of the last 10 min against that of the 20 min before, and that against the 30 min before. */
export const RISES = [
  ['10m', { length: 10 }, { length: 20, back: 10 }, 'in the last 20 min'],
  ['30m', { length: 20, back: 10 }, { length: 30, back: 30 }, 'in the half hour before the last 10 min'],
] as const;

/** How far the newer part of the last hour lies above the older one. Two of them tell what speeds up from what slows down. */
export function rise<Of extends 'arc' | 'interface' | 'device'>(
  moment: Moment,
  kind: Of,
  metric: KeptMetric<Of>,
  [, newer, older]: (typeof RISES)[number],
  change: (value: number) => number = (value) => value,
): Float32Array {
  return combined(
    moment.meanOf(kind, metric, newer),
    moment.meanOf(kind, metric, older),
    (now, before) => change(now) - change(before),
  );
}

/** Hours from the middle of the newer to the middle of the older part of each of RISES. */
export const [RISE_HOURS_NEW, RISE_HOURS_OLD] = [15 / 60, 25 / 60];

/**
 * Whether something speeds up (up to 1) or slows down (to -1): the newer slope against the older one, both per hour.
 * `floor` is what slopes come to by chance: of what hardly moves it is 0.
 */
export const speedUp = (newer: Float32Array, older: Float32Array, floor: number) =>
  combined(newer, older, (now, before) => (now - before) / (Math.abs(now) + Math.abs(before) + floor));

/** Of figures of which minutes and hours are kept: the speeding up within the last hour, 4 h and 12 h. */
export function speedUps<Of extends 'interface' | 'device'>(
  moment: Moment,
  kind: Of,
  metric: KeptMetric<Of>,
  floor: number,
): readonly (() => Float32Array)[] {
  const perHour = (part: (typeof RISES)[number], hours: number) =>
    mapped(rise(moment, kind, metric, part), (value) => value / hours);
  const slope = (window: Window) => moment.stats(kind, metric, window).slope;
  return [
    () => speedUp(perHour(RISES[0], RISE_HOURS_NEW), perHour(RISES[1], RISE_HOURS_OLD), floor),
    () =>
      speedUp(
        mapped(slope(HOUR), (value) => 60 * value),
        slope(FOUR_HOURS),
        floor / 2,
      ),
    () => speedUp(slope(FOUR_HOURS), slope(TWELVE_HOURS), floor / 5),
  ];
}
export const SPEED_UPS = [
  ['1h', 'within the last hour'],
  ['4h', 'in the last hour, against the 4 h before'],
  ['12h', 'in the last 4 h, against 12 h'],
] as const;

/** Of the worse direction. */
export const arc = (moment: Moment, metric: KeptMetric<'arc'>, window: Window, pick: keyof WindowStats) =>
  moment.shared(`arc.${metric}.${window.join('')}.${pick}`, () =>
    largerOfPairs(moment.stats('arc', metric, window)[pick]),
  );

/** By direction: how far one window lies above a longer one. */
export const arcAbove = (moment: Moment, metric: KeptMetric<'arc'>, window: Window, usual: Window) =>
  minus(moment.stats('arc', metric, window).mean, moment.stats('arc', metric, usual).mean);

/** A figure of the devices at both ends, the larger one. */
export function ends(moment: Moment, values: Float32Array): Float32Array {
  const { ends: devices, linkCount } = moment.around;
  return each(linkCount, (link) =>
    larger(values[devices[2 * link] as number] as number, values[devices[2 * link + 1] as number] as number),
  );
}

/** A figure of the one of the devices at both ends of which `by` is larger. */
export function endsBy(moment: Moment, values: Float32Array, by: Float32Array): Float32Array {
  const { ends: devices } = moment.around;
  const spread = (own: Float32Array) => each(devices.length, (side) => own[devices[side] as number] as number);
  return pickedByPairs(spread(values), spread(by));
}

/** Trouble of a device concerns some of its links: the more it has, the less likely this one. */
export function linksAtWorseEnd(moment: Moment, values: Float32Array): Float32Array {
  const links = new Float32Array(values.length);
  for (const device of moment.around.ends) links[device] = (links[device] as number) + 1;
  return endsBy(moment, links, values);
}

export function deviceRise(moment: Moment, metric: KeptMetric<'device'>): Float32Array {
  return moment.shared(`device.${metric}.rise`, () =>
    minus(moment.stats('device', metric, TEN).mean, moment.stats('device', metric, DAY).mean),
  );
}

export function powerChange(moment: Moment): Float32Array {
  return moment.shared('interface.power-change', () =>
    minus(moment.stats('interface', 'rxPowerDbm', TEN).mean, moment.stats('interface', 'rxPowerDbm', DAY).mean),
  );
}

export function bitErrorRise(moment: Moment): Float32Array {
  return moment.shared('interface.bit-error-rise', () =>
    minus(
      moment.stats('interface', 'preFecBitErrorRatio', TEN).mean,
      moment.stats('interface', 'preFecBitErrorRatio', DAY).mean,
    ),
  );
}

const LONGEST_LEAD_HOURS = 1000;

/** Hours until what rises at this pace reaches a limit; NaN where either is not known. */
export function hoursToLimit(level: number, slopePerHour: number, limit: number): number {
  if (level >= limit) return 0;
  if (Number.isNaN(level + slopePerHour)) return Number.NaN;
  return slopePerHour <= 0 ? LONGEST_LEAD_HOURS : Math.min(LONGEST_LEAD_HOURS, (limit - level) / slopePerHour);
}
