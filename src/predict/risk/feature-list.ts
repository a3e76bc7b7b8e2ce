import type { KeptMetric } from '../minutes.ts';
import { errorBursts, oneWayLatency } from './direction-features.ts';
import {
  arc,
  arcAbove,
  bitErrorRise,
  DAY,
  deviceRise,
  ends,
  endsBy,
  type FeatureGroup,
  FOUR_HOURS,
  HOUR,
  hoursToLimit,
  inDeviations,
  linksAtWorseEnd,
  log10,
  minus,
  powerChange,
  RISE_HOURS_NEW,
  RISE_HOURS_OLD,
  RISES,
  type RiskFeature,
  rise,
  SIX_HOURS,
  SPEED_UPS,
  speedUp,
  speedUps,
  TEN,
  WINDOWS,
} from './feature-parts.ts';
import { growth } from './growth-features.ts';
import type { Moment } from './moment.ts';
import { hoursSinceTrouble, minutesInState, onsetsWithinHour, troubledHours } from './past-trouble.ts';
import { largestOfOthers, sumOfOthers } from './surroundings.ts';
import { transceivers } from './transceiver-features.ts';
import { combined, largerOfPairs, mapped, pickedByPairs, smallerOfPairs } from './windows.ts';

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
          (level, slope) => hoursToLimit(level, slope, CORRECTION_LIMIT),
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

function bitErrorsTowardsLimit(moment: Moment): Float32Array {
  return moment.shared('bit-errors-towards-limit', () =>
    largerOfPairs(
      combined(
        moment.stats('interface', 'preFecBitErrorRatio', TEN).mean,
        leastBitErrors(moment),
        (level, least) => (level - least) / Math.max(0.1, CORRECTION_LIMIT - least),
      ),
    ),
  );
}

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
    of: bitErrorsTowardsLimit,
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
          (level, slope) => hoursToLimit(level, 60 * slope, CORRECTION_LIMIT),
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
  {
    name: 'linksAtBusierEnd',
    unit: 'links',
    words: 'links of the device whose CPU rose more',
    group: 'device',
    of: (moment) => linksAtWorseEnd(moment, deviceRise(moment, 'cpuRatio')),
  },
];

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
  {
    name: 'conduitBitErrorsTowardsLimit',
    unit: 'share',
    words: 'bit errors before correction of another link of the conduit, on the way to what can be corrected',
    group: 'surroundings',
    of: (moment) => largestOfOthers(moment.around.bySrlg, bitErrorsTowardsLimit(moment)),
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
  ...errorBursts,
  ...latency,
  ...oneWayLatency,
  ...load,
  ...optics,
  ...opticsCourse,
  ...past,
  ...device,
  ...deviceCourse,
  ...transceivers,
  ...growth,
  ...surroundings,
  ...time,
];
