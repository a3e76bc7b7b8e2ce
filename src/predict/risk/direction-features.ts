import {
  DAY,
  deviceRise,
  HOUR,
  minus,
  RISES,
  type RiskFeature,
  rise,
  SIX_HOURS,
  TEN,
  type Window,
} from './feature-parts.ts';
import type { Moment } from './moment.ts';
import { each, largerOfPairs, mapped } from './windows.ts';

/** A minute counts as a burst from this share of packets with errors on, and from so many times the usual one. */
const [BURST_RATIO, BURST_FACTOR] = [1e-6, 3];

/** Bursts of errors beside what the direction corrupts all the time: that of the best hour of the day. */
export const errorBursts: RiskFeature[] = ([10, 20, 60] as const).map((length) => ({
  name: `errorBursts${length}m`,
  unit: 'min',
  words: `minutes with more errors than usual, of the last ${length}`,
  group: 'errors',
  of: (moment) => largerOfPairs(moment.minutesAboveEach('arc', 'errorRatio', length, burstLevels(moment))),
}));

function burstLevels(moment: Moment): Float32Array {
  return moment.shared('burst-levels', () =>
    mapped(moment.stats('arc', 'errorRatio', DAY).min, (least) =>
      Number.isNaN(least) ? BURST_RATIO : Math.max(BURST_RATIO, BURST_FACTOR * least),
    ),
  );
}

/** Latency of az less that of za, link by link: a longer way below the routers adds to both and is not in it. */
const difference = (arcs: Float32Array) =>
  each(arcs.length / 2, (link) => (arcs[2 * link] as number) - (arcs[2 * link + 1] as number));

const differenceOf = (moment: Moment, window: Window) =>
  moment.shared(`latency-difference.${window.join('')}`, () =>
    difference(moment.stats('arc', 'latencyMs', window).mean),
  );

/** By how much az (above 0) or za (below 0) became slower than the other one against the last day. */
const oneWay = (moment: Moment) =>
  moment.shared('one-way-latency', () => minus(differenceOf(moment, TEN), differenceOf(moment, DAY)));

/** Towards what became slower. */
const slower = (moment: Moment, values: Float32Array) =>
  mapped(oneWay(moment), (own, link) => Math.sign(own) * (values[link] as number));

/** What a router that forwards too slowly does, and a change of way does not. */
export const oneWayLatency: RiskFeature[] = [
  {
    name: 'oneWayLatencyAgainst1d',
    unit: 'ms',
    words: 'latency of one direction above the other, against the last day',
    group: 'latency',
    of: (moment) => mapped(oneWay(moment), Math.abs),
  },
  {
    name: 'oneWayLatencyRise10m',
    unit: 'ms',
    words: `rise of the latency of one direction above the other ${RISES[0][3]}`,
    group: 'latency',
    of: (moment) => slower(moment, difference(rise(moment, 'arc', 'latencyMs', RISES[0]))),
  },
  {
    name: 'oneWayLatency1hAgainst6h',
    unit: 'ms',
    words: 'latency of one direction above the other, of the last hour against the last 6 h',
    group: 'latency',
    of: (moment) => slower(moment, minus(differenceOf(moment, HOUR), differenceOf(moment, SIX_HOURS))),
  },
  {
    name: 'cpuAtSlowerEnd',
    unit: 'share',
    words: 'CPU of the device that sends into the slower direction, against the last day',
    group: 'device',
    of: (moment) => {
      const cpu = deviceRise(moment, 'cpuRatio');
      const { ends } = moment.around;
      return mapped(oneWay(moment), (own, link) =>
        Number.isNaN(own) ? Number.NaN : (cpu[ends[2 * link + (own < 0 ? 1 : 0)] as number] as number),
      );
    },
  },
];
