import type { Rng } from '../../../src/core/rng.ts';
import { bootstrapInterval, GroupedRanking, type Interval } from '../../../src/predict/evaluation/bootstrap.ts';
import { averagePrecision } from '../../../src/predict/evaluation/ranking.ts';
import { logistic, logisticMargin } from '../../../src/predict/logistic.ts';
import { BOOST_DEFAULTS, boost } from '../../../src/predict/trees/boost.ts';
import { LOGISTIC } from '../../../src/predict/trees/losses.ts';
import { marginOf } from '../../../src/predict/trees/tree-ensemble.ts';
import { FADE_DB, type MicrowaveField } from './microwave.ts';
import { AHEAD_MINUTES, MICROWAVE_FEATURES, type MicrowaveRows, microwaveRows } from './microwave-rows.ts';

/** A half with less of the fades than this has too little rain to learn from, or to be tested on. */
const LEAST_SHARE = 0.1;
/** Keeps windows and labels of the two parts apart. */
const GAP_MINUTES = 60 + AHEAD_MINUTES[1];
/** Fades of one link that are nearer than this belong to one episode. */
const EPISODE_GAP_MINUTES = 60;
/** Few trees of few leaves: a day of rain is little to learn from. Not chosen by the test. */
const SETTINGS = { ...BOOST_DEFAULTS, treeCount: 120, maxDepth: 4, learningRate: 0.05, minLeafWeight: 10, l2: 10 };

export interface MicrowaveResult {
  readonly rows: number;
  readonly prevalence: number;
  readonly episodes: number;
  readonly own: number;
  readonly neighbour: number;
  /** Own average precision over that of the rule, drawing episodes. */
  readonly ratio: Interval;
}

/** Learns from the first part of the time, is tested on the last; null where either has no fades. */
export function tryMicrowave(field: MicrowaveField, rng: Rng): MicrowaveResult | null {
  const middle = splitMinute(field);
  const training = microwaveRows(field, 60, middle - AHEAD_MINUTES[1]);
  const test = microwaveRows(field, middle - AHEAD_MINUTES[1] + GAP_MINUTES, field.minuteCount - AHEAD_MINUTES[0]);
  if (![training, test].every(({ labels }) => labels.includes(1) && labels.includes(0))) return null;
  const scores = learn(training, rng.fork('trees'))(test);
  const { groups, count } = episodeGroups(field, test);
  const [own, neighbour] = [scores, test.neighbour].map(
    (each) => new GroupedRanking(each, test.labels, groups, count),
  ) as [GroupedRanking, GroupedRanking];
  return {
    rows: test.labels.length,
    prevalence: test.labels.reduce((sum, label) => sum + label, 0) / test.labels.length,
    episodes: count,
    own: averagePrecision(scores, test.labels),
    neighbour: averagePrecision(test.neighbour, test.labels),
    ratio: bootstrapInterval(
      count,
      (drawn) => own.averagePrecision(drawn) / neighbour.averagePrecision(drawn),
      rng.fork('episodes'),
    ),
  };
}

/**
 * The minute that parts what is learnt from and what is tested: the middle of the time. Where nearly all fades lie on one
 * side of it, the minute by which half of them were over.
 */
export function splitMinute({ minuteCount, rise }: Pick<MicrowaveField, 'minuteCount' | 'rise'>): number {
  const middle = Math.floor(minuteCount / 2);
  const fading = Array.from(
    { length: minuteCount },
    (_, at) => rise.filter((own) => (own[at] as number) > FADE_DB).length,
  );
  const sum = (until: number) => fading.slice(0, until).reduce((total, links) => total + links, 0);
  const all = sum(minuteCount);
  const share = sum(middle) / all;
  if (all === 0 || (share >= LEAST_SHARE && share <= 1 - LEAST_SHARE)) return middle;
  let over = 0;
  return fading.findIndex((links) => {
    over += links;
    return over >= all / 2;
  });
}

/** Boosted trees and a logistic regression, each with half of the say. */
function learn(rows: MicrowaveRows, rng: Rng): (rows: MicrowaveRows) => Float32Array {
  const examples = { table: tableOf(rows), labels: rows.labels };
  const trees = boost(examples, LOGISTIC, SETTINGS, rng);
  const linear = logistic(examples, { l2: 0.01, maxSteps: 25, clip: 5 });
  return (test) => {
    const { values, rowCount } = tableOf(test);
    const width = MICROWAVE_FEATURES.length;
    return Float32Array.from({ length: rowCount }, (_, row) => {
      return marginOf(trees, values, row * width) + logisticMargin(linear, values, row * width);
    });
  };
}

function tableOf({ values, labels }: MicrowaveRows) {
  return { names: MICROWAVE_FEATURES, rowCount: labels.length, values };
}

/** A rain episode of a link: its rows up to the middle of the dry time between two of its fades. */
function episodeGroups(field: MicrowaveField, rows: MicrowaveRows): { groups: Int32Array; count: number } {
  const ends = field.rise.map(episodeEnds);
  const numbers = new Map<string, number>();
  const groups = Int32Array.from(rows.link, (link, row) => {
    const minute = rows.minute[row] as number;
    const episode = (ends[link] as number[]).filter((end) => end <= minute).length;
    const key = `${link} ${episode}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  return { groups, count: numbers.size };
}

function episodeEnds(rise: Float32Array): number[] {
  const ends: number[] = [];
  let last = -Infinity;
  rise.forEach((value, minute) => {
    if (!(value > FADE_DB)) return;
    if (Number.isFinite(last) && minute - last > EPISODE_GAP_MINUTES) ends.push(Math.round((last + minute) / 2));
    last = minute;
  });
  return ends;
}
