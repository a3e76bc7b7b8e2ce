import {
  DAY,
  FOUR_HOURS,
  HOUR,
  hoursToLimit,
  minus,
  RISES,
  type RiskFeature,
  rise,
  SIX_HOURS,
  SPEED_UPS,
  speedUps,
  TEN,
} from './feature-parts.ts';
import type { Moment } from './moment.ts';
import { combined, largerOfPairs, pickedByPairs, smallerOfPairs } from './windows.ts';

const METRIC = 'transceiverTemperatureCelsius';
/** Cases of the commercial class are made for up to this. */
const CASE_LIMIT_CELSIUS = 70;
/** Of the rise of a transceiver, as much as another one must have risen to count as a companion. */
const COMPANION_SHARE = 0.5;

const againstDay = (moment: Moment) =>
  moment.shared('interface.transceiver-change', () =>
    minus(moment.stats('interface', METRIC, TEN).mean, moment.stats('interface', METRIC, DAY).mean),
  );

/** Each transceiver's change less the smallest one at the same device: what the room warms, it warms all of. */
function againstOthers(moment: Moment): Float32Array {
  const own = againstDay(moment);
  const { ends } = moment.around;
  const least = new Map<number, number>();
  ends.forEach((device, at) => {
    const value = own[at] as number;
    if (!Number.isNaN(value)) least.set(device, Math.min(value, least.get(device) ?? Infinity));
  });
  return own.map((value, at) => value - (least.get(ends[at] as number) ?? Number.NaN));
}

/** Share of the other transceivers at the same device that warmed as well: those of the same card, or all of them. */
function companions(moment: Moment): Float32Array {
  const own = againstDay(moment);
  const { ends } = moment.around;
  const byDevice = new Map<number, number[]>();
  ends.forEach((device, at) => {
    if (!Number.isNaN(own[at])) byDevice.set(device, [...(byDevice.get(device) ?? []), own[at] as number]);
  });
  return own.map((value, at) => {
    const all = byDevice.get(ends[at] as number) ?? [];
    if (Number.isNaN(value) || all.length < 2) return Number.NaN;
    const warm = all.filter((other) => other >= COMPANION_SHARE * value).length;
    return value > 0 ? (warm - 1) / (all.length - 1) : Number.NaN;
  });
}

const warmerEnd = (moment: Moment, values: Float32Array) => pickedByPairs(values, againstDay(moment));

/** How warm the transceivers of a link are: where a router tells one temperature, these tell which card it is about. */
export const transceivers: RiskFeature[] = [
  {
    name: 'transceiverAgainst1d',
    unit: '°C',
    words: 'temperature of the transceivers against the last day',
    group: 'device',
    of: (moment) => largerOfPairs(againstDay(moment)),
  },
  {
    name: 'transceiverAboveLeast1d',
    unit: '°C',
    words: 'temperature of the transceivers above the lowest hour of the last day',
    group: 'device',
    of: (moment) =>
      largerOfPairs(minus(moment.stats('interface', METRIC, TEN).mean, moment.stats('interface', METRIC, DAY).min)),
  },
  {
    name: 'transceiverAgainstOthers',
    unit: '°C',
    words: 'temperature of the transceivers against the last day, above that of the coolest of the same device',
    group: 'device',
    of: (moment) => largerOfPairs(againstOthers(moment)),
  },
  {
    name: 'transceiverCompanions',
    unit: 'share',
    words: 'transceivers of the same device that warmed as well',
    group: 'device',
    of: (moment) => warmerEnd(moment, companions(moment)),
  },
  {
    name: 'transceiver1hAgainst6h',
    unit: '°C',
    words: 'temperature of the transceivers in the last hour against the last 6 h',
    group: 'device',
    of: (moment) =>
      largerOfPairs(
        minus(moment.stats('interface', METRIC, HOUR).mean, moment.stats('interface', METRIC, SIX_HOURS).mean),
      ),
  },
  {
    name: 'transceiverSlope1h',
    unit: '°C/min',
    words: 'rise of the temperature of the transceivers in the last hour',
    group: 'device',
    of: (moment) => largerOfPairs(moment.stats('interface', METRIC, HOUR).slope),
  },
  {
    name: 'transceiverSlope4h',
    unit: '°C/h',
    words: 'rise of the temperature of the transceivers in the last 4 h',
    group: 'device',
    of: (moment) => largerOfPairs(moment.stats('interface', METRIC, FOUR_HOURS).slope),
  },
  ...RISES.map(
    (parts): RiskFeature => ({
      name: `transceiverRise${parts[0]}`,
      unit: '°C',
      words: `rise of the temperature of the transceivers ${parts[3]}`,
      group: 'device',
      of: (moment) => largerOfPairs(rise(moment, 'interface', METRIC, parts)),
    }),
  ),
  ...SPEED_UPS.map(
    ([short, when], at): RiskFeature => ({
      name: `transceiverSpeedUp${short}`,
      unit: '',
      words: `temperature of the transceivers rising ever faster (1) or ever slower (-1) ${when}`,
      group: 'device',
      of: (moment) => warmerEnd(moment, speedUps(moment, 'interface', METRIC, 1)[at]?.() as Float32Array),
    }),
  ),
  {
    name: 'transceiverHoursToLimit',
    unit: 'h',
    words: 'time until a transceiver is warmer than it is made for, as it warmed in the last hour',
    group: 'device',
    of: (moment) =>
      smallerOfPairs(
        combined(
          moment.stats('interface', METRIC, TEN).mean,
          moment.stats('interface', METRIC, HOUR).slope,
          (level, slope) => hoursToLimit(level, 60 * slope, CASE_LIMIT_CELSIUS),
        ),
      ),
  },
];
