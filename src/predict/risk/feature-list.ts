import type { KeptMetric } from '../minutes.ts';
import type { Moment } from './moment.ts';
import { hoursSinceTrouble, minutesInState, onsetsWithinHour, troubledHours } from './past-trouble.ts';
import { largestOfOthers, sumOfOthers } from './surroundings.ts';
import { combined, larger, largerOfPairs, mapped, pickedByPairs, smallerOfPairs, type WindowStats } from './windows.ts';

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
const TEN = [10, 'minutes'] as const;
const HOUR = [60, 'minutes'] as const;
const FOUR_HOURS = [4, 'hours'] as const;
const SIX_HOURS = [6, 'hours'] as const;
const TWELVE_HOURS = [12, 'hours'] as const;
const DAY = [24, 'hours'] as const;
const WINDOWS = [
  ['1m', MINUTE, 'in the last minute'],
  ['10m', TEN, 'in the last 10 min'],
  ['1h', HOUR, 'in the last hour'],
  ['1d', DAY, 'in the last day'],
] as const;
type Window = (typeof WINDOWS)[number][1] | typeof FOUR_HOURS | typeof SIX_HOURS | typeof TWELVE_HOURS;

/** Ratios that span many magnitudes are told apart by their logarithm; less than this is none. */
const LEAST_RATIO = 1e-9;
const log10 = (value: number) => Math.log10(Math.max(LEAST_RATIO, value));

const minus = (one: Float32Array, other: Float32Array) => combined(one, other, (x, y) => x - y);
/** Distance in usual deviations; the floor keeps a figure that never moved from making everything an outlier. */
const inDeviations = (distance: Float32Array, deviation: Float32Array, floor: number) =>
  combined(distance, deviation, (own, usual) => own / Math.max(floor, usual));

/** The mean of the last 10 min against that of the 20 min before, and that against the 30 min before. */
const RISES = [
  ['10m', { length: 10 }, { length: 20, back: 10 }, 'in the last 20 min'],
  ['30m', { length: 20, back: 10 }, { length: 30, back: 30 }, 'in the half hour before the last 10 min'],
] as const;

/** How far the newer part of the last hour lies above the older one. Two of them tell what speeds up from what slows down. */
function rise<Of extends 'arc' | 'interface' | 'device'>(
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
const [RISE_HOURS_NEW, RISE_HOURS_OLD] = [15 / 60, 25 / 60];

/**
 * Whether something speeds up (up to 1) or slows down (to -1): the newer slope against the older one, both per hour.
 * `floor` is what slopes come to by chance: of what hardly moves it is 0.
 */
const speedUp = (newer: Float32Array, older: Float32Array, floor: number) =>
  combined(newer, older, (now, before) => (now - before) / (Math.abs(now) + Math.abs(before) + floor));

/** Of figures of which minutes and hours are kept: the speeding up within the last hour, 4 h and 12 h. */
function speedUps<Of extends 'interface' | 'device'>(
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
const SPEED_UPS = [
  ['1h', 'within the last hour'],
  ['4h', 'in the last hour, against the 4 h before'],
  ['12h', 'in the last 4 h, against 12 h'],
] as const;

/** Of the worse direction. */
const arc = (moment: Moment, metric: KeptMetric<'arc'>, window: Window, pick: keyof WindowStats) =>
  moment.shared(`arc.${metric}.${window.join('')}.${pick}`, () =>
    largerOfPairs(moment.stats('arc', metric, window)[pick]),
  );

/** By direction: how far one window lies above a longer one. */
const arcAbove = (moment: Moment, metric: KeptMetric<'arc'>, window: Window, usual: Window) =>
  minus(moment.stats('arc', metric, window).mean, moment.stats('arc', metric, usual).mean);

/** A figure of the devices at both ends, the larger one. */
function ends(moment: Moment, values: Float32Array): Float32Array {
  const { ends: devices, linkCount } = moment.around;
  return Float32Array.from({ length: linkCount }, (_, link) =>
    larger(values[devices[2 * link] as number] as number, values[devices[2 * link + 1] as number] as number),
  );
}

const ratios = (metric: 'lossRatio' | 'errorRatio', group: FeatureGroup, words: string): RiskFeature[] => [
  ...WINDOWS.map(
    ([short, window, when]): RiskFeature => ({
      name: `${group}${short}`,
      unit: 'log10',
      words: `${words} ${when}`,
      group,
      of: (moment) => mapped(arc(moment, metric, window, 'mean'), log10),
    }),
  ),
  {
    name: `${group}Rise`,
    unit: 'decades',
    words: `rise of the ${words} of the last 10 min above the last day`,
    group,
    of: (moment) =>
      largerOfPairs(
        combined(
          moment.stats('arc', metric, TEN).mean,
          moment.stats('arc', metric, DAY).mean,
          (x, y) => log10(x) - log10(y),
        ),
      ),
  },
  {
    name: `${group}Peak1h`,
    unit: 'log10',
    words: `highest ${words} of the last hour`,
    group,
    of: (moment) => mapped(arc(moment, metric, HOUR, 'max'), log10),
  },
];

const ERROR_BURST = 1e-6;

const errorCourse: RiskFeature[] = [
  ...RISES.map(
    (parts): RiskFeature => ({
      name: `errorsRise${parts[0]}`,
      unit: 'decades',
      words: `rise of the errors ${parts[3]}`,
      group: 'errors',
      of: (moment) => largerOfPairs(rise(moment, 'arc', 'errorRatio', parts, log10)),
    }),
  ),
  {
    name: 'errors1hAgainst6h',
    unit: 'decades',
    words: 'errors of the last hour against the last 6 h',
    group: 'errors',
    of: (moment) =>
      largerOfPairs(
        combined(
          moment.stats('arc', 'errorRatio', HOUR).mean,
          moment.stats('arc', 'errorRatio', SIX_HOURS).mean,
          (x, y) => log10(x) - log10(y),
        ),
      ),
  },
  {
    name: 'errors6hAgainst1d',
    unit: 'decades',
    words: 'errors of the last 6 h against the last day',
    group: 'errors',
    of: (moment) =>
      largerOfPairs(
        combined(
          moment.stats('arc', 'errorRatio', SIX_HOURS).mean,
          moment.stats('arc', 'errorRatio', DAY).mean,
          (x, y) => log10(x) - log10(y),
        ),
      ),
  },
  ...([10, 20, 60] as const).map(
    (length): RiskFeature => ({
      name: `errorMinutes${length}m`,
      unit: 'min',
      words: `minutes with errors, of the last ${length}`,
      group: 'errors',
      of: (moment) => largerOfPairs(errorMinutes(moment, length)),
    }),
  ),
  {
    name: 'errorMinutesSpeedUp',
    unit: '',
    words: 'minutes with errors becoming more frequent within the last hour',
    group: 'errors',
    of: (moment) =>
      pickedByPairs(
        combined(errorMinutes(moment, 20), errorMinutes(moment, 60), (late, all) => {
          const [now, before] = [late / 20, (all - late) / 40];
          return (now - before) / (now + before + 0.05);
        }),
        errorMinutes(moment, 60),
      ),
  },
  {
    name: 'errorsSpeedUp1h',
    unit: '',
    words: 'errors growing ever faster (1) or ever slower (-1) within the last hour',
    group: 'errors',
    of: (moment) => {
      const [newer, older] = RISES.map((part) => rise(moment, 'arc', 'errorRatio', part, log10));
      const perHour = (values: Float32Array | undefined, hours: number) =>
        mapped(values as Float32Array, (value) => value / hours);
      return pickedByPairs(
        speedUp(perHour(newer, RISE_HOURS_NEW), perHour(older, RISE_HOURS_OLD), 0.5),
        moment.stats('arc', 'errorRatio', TEN).mean,
      );
    },
  },
];

function errorMinutes(moment: Moment, length: number): Float32Array {
  return moment.shared(`error-minutes-${length}`, () => moment.minutesAbove('arc', 'errorRatio', length, ERROR_BURST));
}

const latency: RiskFeature[] = [
  ...WINDOWS.slice(0, 3).map(
    ([short, window, when]): RiskFeature => ({
      name: `latencyAbove${short}`,
      unit: 'ms',
      words: `latency above that of the last day ${when}`,
      group: 'latency',
      of: (moment) => largerOfPairs(arcAbove(moment, 'latencyMs', window, DAY)),
    }),
  ),
  {
    name: 'latencyAboveDeviations',
    unit: 'deviations',
    words: 'latency of the last 10 min above the last day, in usual deviations',
    group: 'latency',
    of: (moment) =>
      largerOfPairs(
        inDeviations(arcAbove(moment, 'latencyMs', TEN, DAY), moment.stats('arc', 'latencyMs', DAY).deviation, 0.05),
      ),
  },
  {
    name: 'latencyJitter1h',
    unit: 'ms',
    words: 'jitter of the latency in the last hour',
    group: 'latency',
    of: (moment) => arc(moment, 'latencyMs', HOUR, 'deviation'),
  },
  {
    name: 'latencySlope1h',
    unit: 'ms/min',
    words: 'rise of the latency in the last hour',
    group: 'latency',
    of: (moment) => arc(moment, 'latencyMs', HOUR, 'slope'),
  },
];

const load: RiskFeature[] = [
  ...WINDOWS.slice(0, 3).map(
    ([short, window, when]): RiskFeature => ({
      name: `utilisation${short}`,
      unit: 'share',
      words: `utilisation ${when}`,
      group: 'load',
      of: (moment) => arc(moment, 'utilisation', window, 'mean'),
    }),
  ),
  {
    name: 'utilisationPeak1h',
    unit: 'share',
    words: 'highest utilisation of the last hour',
    group: 'load',
    of: (moment) => arc(moment, 'utilisation', HOUR, 'max'),
  },
  {
    name: 'utilisationPeak1d',
    unit: 'share',
    words: 'busiest hour of the last day',
    group: 'load',
    of: (moment) => arc(moment, 'utilisation', DAY, 'max'),
  },
  {
    name: 'utilisationSlope1h',
    unit: 'share/min',
    words: 'rise of the utilisation in the last hour',
    group: 'load',
    of: (moment) => arc(moment, 'utilisation', HOUR, 'slope'),
  },
  {
    name: 'utilisationJitter1h',
    unit: 'share',
    words: 'restlessness of the utilisation in the last hour',
    group: 'load',
    of: (moment) => arc(moment, 'utilisation', HOUR, 'deviation'),
  },
];

/** log10 of the bit error ratio before correction at which soft-decision codes give up (Open ROADM oFEC: 2e-2). */
const CORRECTION_LIMIT = Math.log10(2e-2);
const LONGEST_LEAD_HOURS = 1000;

const optics: RiskFeature[] = [
  {
    name: 'rxPower10m',
    unit: 'dBm',
    words: 'receive power in the last 10 min',
    group: 'optics',
    isUsualLevel: true,
    of: (moment) => smallerOfPairs(moment.stats('interface', 'rxPowerDbm', TEN).mean),
  },
  {
    name: 'rxPowerAgainst1d',
    unit: 'dB',
    words: 'receive power against that of the last day',
    group: 'optics',
    of: (moment) => smallerOfPairs(powerChange(moment)),
  },
  {
    name: 'rxPowerDeviations',
    unit: 'deviations',
    words: 'receive power against that of the last day, in its jitter of an hour',
    group: 'optics',
    of: (moment) =>
      smallerOfPairs(inDeviations(powerChange(moment), moment.stats('interface', 'rxPowerDbm', HOUR).deviation, 0.01)),
  },
  {
    name: 'rxPower1hAgainst6h',
    unit: 'dB',
    words: 'receive power of the last hour against the last 6 h',
    group: 'optics',
    of: (moment) => smallerOfPairs(hourAgainstSix(moment, 'rxPowerDbm')),
  },
  {
    name: 'rxPowerSlope1h',
    unit: 'dB/min',
    words: 'course of the receive power in the last hour',
    group: 'optics',
    of: (moment) => smallerOfPairs(moment.stats('interface', 'rxPowerDbm', HOUR).slope),
  },
  {
    name: 'rxPowerSlope1d',
    unit: 'dB/h',
    words: 'course of the receive power in the last day',
    group: 'optics',
    of: (moment) => smallerOfPairs(moment.stats('interface', 'rxPowerDbm', DAY).slope),
  },
  {
    name: 'bitErrors10m',
    unit: 'log10',
    words: 'bit errors before correction in the last 10 min',
    group: 'optics',
    of: (moment) => largerOfPairs(moment.stats('interface', 'preFecBitErrorRatio', TEN).mean),
  },
  {
    name: 'bitErrorsAgainst1d',
    unit: 'decades',
    words: 'bit errors before correction against the last day',
    group: 'optics',
    of: (moment) => largerOfPairs(bitErrorRise(moment)),
  },
  {
    name: 'bitErrorsDeviations',
    unit: 'deviations',
    words: 'bit errors before correction against the last day, in their jitter of an hour',
    group: 'optics',
    of: (moment) =>
      largerOfPairs(
        inDeviations(bitErrorRise(moment), moment.stats('interface', 'preFecBitErrorRatio', HOUR).deviation, 0.003),
      ),
  },
  {
    name: 'bitErrors1hAgainst6h',
    unit: 'decades',
    words: 'bit errors before correction of the last hour against the last 6 h',
    group: 'optics',
    of: (moment) => largerOfPairs(hourAgainstSix(moment, 'preFecBitErrorRatio')),
  },
  {
    name: 'bitErrorsSlope1h',
    unit: 'decades/min',
    words: 'rise of the bit errors before correction in the last hour',
    group: 'optics',
    of: (moment) => largerOfPairs(moment.stats('interface', 'preFecBitErrorRatio', HOUR).slope),
  },
  {
    name: 'bitErrorsSlope6h',
    unit: 'decades/h',
    words: 'rise of the bit errors before correction in the last 6 h',
    group: 'optics',
    of: (moment) => largerOfPairs(moment.stats('interface', 'preFecBitErrorRatio', SIX_HOURS).slope),
  },
  {
    name: 'bitErrorsSlope1d',
    unit: 'decades/h',
    words: 'rise of the bit errors before correction in the last day',
    group: 'optics',
    of: (moment) => largerOfPairs(moment.stats('interface', 'preFecBitErrorRatio', DAY).slope),
  },
  {
    name: 'hoursToCorrectionLimit',
    unit: 'h',
    words: 'time until the bit errors reach what can be corrected, as they rise now',
    group: 'optics',
    of: (moment) =>
      smallerOfPairs(
        combined(
          moment.stats('interface', 'preFecBitErrorRatio', TEN).mean,
          moment.stats('interface', 'preFecBitErrorRatio', SIX_HOURS).slope,
          hoursToLimit,
        ),
      ),
  },
];

/** Against the best hour of the last day: of a decay that began within it, what it was before. */
const powerBelowBest = (moment: Moment) =>
  moment.shared('interface.power-below-best', () =>
    minus(moment.stats('interface', 'rxPowerDbm', TEN).mean, moment.stats('interface', 'rxPowerDbm', DAY).max),
  );
const leastBitErrors = (moment: Moment) => moment.stats('interface', 'preFecBitErrorRatio', DAY).min;

const opticsCourse: RiskFeature[] = [
  {
    name: 'rxPowerBelowBest1d',
    unit: 'dB',
    words: 'receive power against the best hour of the last day',
    group: 'optics',
    of: (moment) => smallerOfPairs(powerBelowBest(moment)),
  },
  {
    name: 'bitErrorsTowardsLimit',
    unit: 'share',
    words: 'bit errors before correction, on the way from the best hour of the day to what can be corrected',
    group: 'optics',
    of: (moment) =>
      largerOfPairs(
        combined(
          moment.stats('interface', 'preFecBitErrorRatio', TEN).mean,
          leastBitErrors(moment),
          (level, least) => (level - least) / Math.max(0.1, CORRECTION_LIMIT - least),
        ),
      ),
  },
  {
    name: 'hoursToCorrectionLimit1h',
    unit: 'h',
    words: 'time until the bit errors reach what can be corrected, as they rose in the last hour',
    group: 'optics',
    of: (moment) =>
      smallerOfPairs(
        combined(
          moment.stats('interface', 'preFecBitErrorRatio', TEN).mean,
          moment.stats('interface', 'preFecBitErrorRatio', HOUR).slope,
          (level, slope) => hoursToLimit(level, 60 * slope),
        ),
      ),
  },
  {
    name: 'rxPowerSlope4h',
    unit: 'dB/h',
    words: 'course of the receive power in the last 4 h',
    group: 'optics',
    of: (moment) => smallerOfPairs(moment.stats('interface', 'rxPowerDbm', FOUR_HOURS).slope),
  },
  {
    name: 'bitErrorsSlope4h',
    unit: 'decades/h',
    words: 'rise of the bit errors before correction in the last 4 h',
    group: 'optics',
    of: (moment) => largerOfPairs(moment.stats('interface', 'preFecBitErrorRatio', FOUR_HOURS).slope),
  },
  ...RISES.flatMap((parts): RiskFeature[] => [
    {
      name: `rxPowerRise${parts[0]}`,
      unit: 'dB',
      words: `course of the receive power ${parts[3]}`,
      group: 'optics',
      of: (moment) => smallerOfPairs(rise(moment, 'interface', 'rxPowerDbm', parts)),
    },
    {
      name: `bitErrorsRise${parts[0]}`,
      unit: 'decades',
      words: `rise of the bit errors before correction ${parts[3]}`,
      group: 'optics',
      of: (moment) => largerOfPairs(rise(moment, 'interface', 'preFecBitErrorRatio', parts)),
    },
  ]),
  ...SPEED_UPS.flatMap(([short, when], at): RiskFeature[] => [
    {
      name: `rxPowerSpeedUp${short}`,
      unit: '',
      words: `receive power falling ever faster (-1) or ever slower (1) ${when}`,
      group: 'optics',
      of: (moment) =>
        pickedByPairs(
          speedUps(moment, 'interface', 'rxPowerDbm', 0.3)[at]?.() as Float32Array,
          mapped(powerBelowBest(moment), (change) => -change),
        ),
    },
    {
      name: `bitErrorsSpeedUp${short}`,
      unit: '',
      words: `bit errors before correction growing ever faster (1) or ever slower (-1) ${when}`,
      group: 'optics',
      of: (moment) =>
        pickedByPairs(
          speedUps(moment, 'interface', 'preFecBitErrorRatio', 0.15)[at]?.() as Float32Array,
          minus(moment.stats('interface', 'preFecBitErrorRatio', TEN).mean, leastBitErrors(moment)),
        ),
    },
  ]),
];

function hourAgainstSix(moment: Moment, metric: KeptMetric<'interface'>): Float32Array {
  return minus(moment.stats('interface', metric, HOUR).mean, moment.stats('interface', metric, SIX_HOURS).mean);
}

function powerChange(moment: Moment): Float32Array {
  return moment.shared('interface.power-change', () =>
    minus(moment.stats('interface', 'rxPowerDbm', TEN).mean, moment.stats('interface', 'rxPowerDbm', DAY).mean),
  );
}

function bitErrorRise(moment: Moment): Float32Array {
  return moment.shared('interface.bit-error-rise', () =>
    minus(
      moment.stats('interface', 'preFecBitErrorRatio', TEN).mean,
      moment.stats('interface', 'preFecBitErrorRatio', DAY).mean,
    ),
  );
}

function hoursToLimit(level: number, slopePerHour: number): number {
  if (level >= CORRECTION_LIMIT) return 0;
  if (Number.isNaN(level + slopePerHour)) return Number.NaN;
  return slopePerHour <= 0
    ? LONGEST_LEAD_HOURS
    : Math.min(LONGEST_LEAD_HOURS, (CORRECTION_LIMIT - level) / slopePerHour);
}

const past: RiskFeature[] = [
  { name: 'hoursSinceTrouble', unit: 'h', words: 'time since the last trouble', group: 'past', of: hoursSinceTrouble },
  {
    name: 'troubledHours1d',
    unit: 'h',
    words: 'hours with trouble in the last day',
    group: 'past',
    of: (moment) => troubledHours(moment, 24),
  },
  {
    name: 'troubledHours1w',
    unit: 'h',
    words: 'hours with trouble in the last week',
    group: 'past',
    of: (moment) => troubledHours(moment, 168),
  },
  { name: 'flaps1h', unit: '', words: 'times it failed in the last hour', group: 'past', of: onsetsWithinHour },
  {
    name: 'degradedMinutes1h',
    unit: 'min',
    words: 'time degraded in the last hour',
    group: 'past',
    of: (moment) => minutesInState(moment, 60, 1),
  },
];

const DEVICE_METRICS = [
  ['cpuRatio', 'cpu', 'CPU', 'share', 0.01],
  ['memoryRatio', 'memory', 'memory', 'share', 0.005],
  ['temperatureCelsius', 'temperature', 'temperature', '°C', 0.2],
] as const;

const device: RiskFeature[] = DEVICE_METRICS.flatMap(([metric, name, words, unit, floor]): RiskFeature[] => [
  {
    name: `${name}10m`,
    unit,
    words: `${words} of the devices in the last 10 min`,
    group: 'device',
    isUsualLevel: name !== 'cpu',
    of: (moment) => ends(moment, moment.stats('device', metric, TEN).mean),
  },
  {
    name: `${name}Against1d`,
    unit,
    words: `${words} of the devices against the last day`,
    group: 'device',
    of: (moment) => ends(moment, deviceRise(moment, metric)),
  },
  {
    name: `${name}Deviations`,
    unit: 'deviations',
    words: `${words} of the devices against the last day, in usual deviations`,
    group: 'device',
    of: (moment) =>
      ends(moment, inDeviations(deviceRise(moment, metric), moment.stats('device', metric, DAY).deviation, floor)),
  },
  {
    name: `${name}AgainstYesterday`,
    unit,
    words: `${words} of the devices against the same hour of the day before`,
    group: 'device',
    of: (moment) =>
      ends(moment, minus(moment.stats('device', metric, TEN).mean, moment.hourBack('device', metric, 24))),
  },
  {
    name: `${name}1hAgainst6h`,
    unit,
    words: `${words} of the devices in the last hour against the last 6 h`,
    group: 'device',
    of: (moment) =>
      ends(moment, minus(moment.stats('device', metric, HOUR).mean, moment.stats('device', metric, SIX_HOURS).mean)),
  },
  {
    name: `${name}Slope1h`,
    unit: `${unit}/min`,
    words: `rise of the ${words} of the devices in the last hour`,
    group: 'device',
    of: (moment) => ends(moment, moment.stats('device', metric, HOUR).slope),
  },
]);

const deviceCourse: RiskFeature[] = [
  ...DEVICE_METRICS.filter(([, name]) => name !== 'memory').flatMap(([metric, name, words, unit]): RiskFeature[] => [
    ...RISES.map(
      (parts): RiskFeature => ({
        name: `${name}Rise${parts[0]}`,
        unit,
        words: `rise of the ${words} of the devices ${parts[3]}`,
        group: 'device',
        of: (moment) => ends(moment, rise(moment, 'device', metric, parts)),
      }),
    ),
    {
      name: `${name}Slope4h`,
      unit: `${unit}/h`,
      words: `rise of the ${words} of the devices in the last 4 h`,
      group: 'device',
      of: (moment) => ends(moment, moment.stats('device', metric, FOUR_HOURS).slope),
    },
    {
      name: `${name}AboveLeast1d`,
      unit,
      words: `${words} of the devices above the lowest hour of the last day`,
      group: 'device',
      of: (moment) =>
        ends(moment, minus(moment.stats('device', metric, TEN).mean, moment.stats('device', metric, DAY).min)),
    },
  ]),
  ...SPEED_UPS.flatMap(([short, when], at): RiskFeature[] => [
    {
      name: `temperatureSpeedUp${short}`,
      unit: '',
      words: `temperature of the devices rising ever faster (1) or ever slower (-1) ${when}`,
      group: 'device',
      of: (moment) =>
        endsBy(
          moment,
          speedUps(moment, 'device', 'temperatureCelsius', 2)[at]?.() as Float32Array,
          deviceRise(moment, 'temperatureCelsius'),
        ),
    },
    {
      name: `cpuSpeedUp${short}`,
      unit: '',
      words: `CPU of the devices rising ever faster (1) or ever slower (-1) ${when}`,
      group: 'device',
      of: (moment) =>
        endsBy(
          moment,
          speedUps(moment, 'device', 'cpuRatio', 0.2)[at]?.() as Float32Array,
          deviceRise(moment, 'cpuRatio'),
        ),
    },
  ]),
  {
    name: 'linksAtWarmerEnd',
    unit: 'links',
    words: 'links of the device whose temperature rose more',
    group: 'device',
    of: (moment) => linksAtWorseEnd(moment, deviceRise(moment, 'temperatureCelsius')),
  },
];

/** A figure of the one of the devices at both ends of which `by` is larger. */
function endsBy(moment: Moment, values: Float32Array, by: Float32Array): Float32Array {
  const { ends: devices } = moment.around;
  const spread = (own: Float32Array) => Float32Array.from(devices, (device) => own[device] as number);
  return pickedByPairs(spread(values), spread(by));
}

/** Trouble of a device concerns some of its links: the more it has, the less likely this one. */
function linksAtWorseEnd(moment: Moment, values: Float32Array): Float32Array {
  const links = new Float32Array(values.length);
  for (const device of moment.around.ends) links[device] = (links[device] as number) + 1;
  return endsBy(moment, links, values);
}

function deviceRise(moment: Moment, metric: KeptMetric<'device'>): Float32Array {
  return moment.shared(`device.${metric}.rise`, () =>
    minus(moment.stats('device', metric, TEN).mean, moment.stats('device', metric, DAY).mean),
  );
}

const failedNow = (moment: Moment) =>
  moment.shared('failed-now', () => mapped(minutesInState(moment, 5, 2), (minutes) => (minutes > 0 ? 1 : 0)));

const surroundings: RiskFeature[] = [
  {
    name: 'neighboursBad',
    unit: 'links',
    words: 'neighbours that are unhealthy or down',
    group: 'surroundings',
    of: (moment) => sumOfOthers(moment.around.byDevice, failedNow(moment)),
  },
  {
    name: 'conduitBad',
    unit: 'links',
    words: 'links of the same conduit that are unhealthy or down',
    group: 'surroundings',
    of: (moment) => sumOfOthers(moment.around.bySrlg, failedNow(moment)),
  },
  {
    name: 'neighbourLoss10m',
    unit: 'log10',
    words: 'highest loss of a neighbour in the last 10 min',
    group: 'surroundings',
    of: (moment) => largestOfOthers(moment.around.byDevice, mapped(arc(moment, 'lossRatio', TEN, 'mean'), log10)),
  },
  {
    name: 'neighbourUtilisation10m',
    unit: 'share',
    words: 'highest utilisation of a neighbour in the last 10 min',
    group: 'surroundings',
    of: (moment) => largestOfOthers(moment.around.byDevice, arc(moment, 'utilisation', TEN, 'mean')),
  },
  {
    name: 'conduitPowerAgainst1d',
    unit: 'dB',
    words: 'largest fall of receive power in the same conduit against the last day',
    group: 'surroundings',
    of: (moment) =>
      largestOfOthers(
        moment.around.bySrlg,
        mapped(smallerOfPairs(powerChange(moment)), (change) => -change),
      ),
  },
];

const MINUTES_A_DAY = 1440;
const hourAngle = ({ minute }: Moment) => (2 * Math.PI * (minute % MINUTES_A_DAY)) / MINUTES_A_DAY;
const constant = (moment: Moment, value: number) => new Float32Array(moment.linkCount).fill(value);

const time: RiskFeature[] = [
  {
    name: 'hourSine',
    unit: '',
    words: 'time of day (UTC)',
    group: 'time',
    of: (moment) => constant(moment, Math.sin(hourAngle(moment))),
  },
  {
    name: 'hourCosine',
    unit: '',
    words: 'time of day (UTC)',
    group: 'time',
    of: (moment) => constant(moment, Math.cos(hourAngle(moment))),
  },
];

/** Every feature of the risk of a link, in the order of the table's columns. */
export const RISK_FEATURES: readonly RiskFeature[] = [
  ...ratios('lossRatio', 'loss', 'loss'),
  ...ratios('errorRatio', 'errors', 'share of packets with errors'),
  ...errorCourse,
  ...latency,
  ...load,
  ...optics,
  ...opticsCourse,
  ...past,
  ...device,
  ...deviceCourse,
  ...surroundings,
  ...time,
];
