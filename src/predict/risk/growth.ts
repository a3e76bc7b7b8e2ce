import type { KeptMetric } from '../minutes.ts';
import type { Moment } from './moment.ts';
import { combined, mapped } from './windows.ts';

/** How figures came from their best of the last day to where they are now, thing by thing; NaN where not known. */
export interface Growth {
  /** How far they are from it, in the bad direction. */
  readonly rise: Float32Array;
  /** Hours since they had come half of that way. */
  readonly halfHours: Float32Array;
  /** Hours since they had come a quarter of it. */
  readonly quarterHours: Float32Array;
}

/** What is known of all things at one time before now. */
interface Point {
  readonly hoursAgo: number;
  readonly values: Float32Array;
}

const PART_MINUTES = 10;
const PARTS = 6;
const HOURS = 24;

/**
 * Growth of one metric over a day: tens of minutes of the last hour, then whole hours. `sign` is 1 where more is worse and
 * -1 where less is; `scale` turns readings into what grows. A power law passes half and a quarter of its way at fixed
 * shares of its age, whatever its size and pace: that tells what speeds up from what slows down without knowing either.
 */
export function growthOf<Of extends 'arc' | 'interface' | 'device'>(
  moment: Moment,
  kind: Of,
  metric: KeptMetric<Of>,
  sign: 1 | -1,
  scale: (value: number) => number = (value) => value,
): Growth {
  const points = pointsOf(moment, kind, metric).map(({ hoursAgo, values }) => ({
    hoursAgo,
    values: mapped(values, (value) => sign * scale(value)),
  }));
  const now = (points[0] as Point).values;
  const least = now.slice();
  for (const { values } of points) {
    for (let at = 0; at < least.length; at += 1) {
      if ((values[at] as number) < (least[at] as number)) least[at] = values[at] as number;
    }
  }
  return {
    rise: combined(now, least, (value, low) => value - low),
    halfHours: hoursSince(points, least, 0.5),
    quarterHours: hoursSince(points, least, 0.25),
  };
}

function pointsOf<Of extends 'arc' | 'interface' | 'device'>(
  moment: Moment,
  kind: Of,
  metric: KeptMetric<Of>,
): Point[] {
  const parts = Array.from({ length: PARTS }, (_, part): Point => {
    const back = part * PART_MINUTES;
    const values = moment.meanOf(kind, metric, { length: PART_MINUTES, back });
    return { hoursAgo: (back + (PART_MINUTES - 1) / 2) / 60, values };
  });
  const hours = Array.from({ length: HOURS }, (_, at): Point => {
    const middle = (Math.floor(moment.minute / 60) - at - 1) * 60 + 29.5;
    return { hoursAgo: (moment.minute - middle) / 60, values: moment.hourBack(kind, metric, at + 1) };
  });
  const oldest = (parts.at(-1) as Point).hoursAgo;
  return [...parts, ...hours.filter(({ hoursAgo }) => hoursAgo > oldest)];
}

/** Hours since each thing was last at or below a share of its way from the least to now, along straight lines. */
function hoursSince(points: readonly Point[], least: Float32Array, share: number): Float32Array {
  const [first, ...older] = points as [Point, ...Point[]];
  const since = new Float32Array(least.length).fill(Number.NaN);
  const value = first.values.slice();
  const hoursAgo = new Float32Array(least.length).fill(first.hoursAgo);
  for (const point of older) {
    for (let at = 0; at < least.length; at += 1) {
      const own = point.values[at] as number;
      const [newer, low, now] = [value[at] as number, least[at] as number, first.values[at] as number];
      // What did not grow at all never came any part of its way.
      if (!Number.isNaN(since[at]) || Number.isNaN(own) || now === low) continue;
      const level = low + share * (now - low);
      const newerHoursAgo = hoursAgo[at] as number;
      if (own <= level) {
        const part = newer > own ? (newer - level) / (newer - own) : 0;
        since[at] = newerHoursAgo + part * (point.hoursAgo - newerHoursAgo);
      }
      value[at] = own;
      hoursAgo[at] = point.hoursAgo;
    }
  }
  return since;
}
