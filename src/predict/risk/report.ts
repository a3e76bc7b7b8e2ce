import type { Rng } from '../../core/rng.ts';
import { bestWithinBudget, foundAhead, type OperatingPoint, operatingPoint } from '../evaluation/alarms.ts';
import { bootstrapInterval, GroupedRanking, type Interval } from '../evaluation/bootstrap.ts';
import {
  brierSkill,
  type CalibrationBin,
  calibrationBins,
  expectedCalibrationError,
} from '../evaluation/calibration.ts';
import { averagePrecision } from '../evaluation/ranking.ts';
import { RISK_HORIZONS } from './labels.ts';
import { LOGISTIC_RULE, MODEL, scoresOf, type Trial, tracksOf } from './trial.ts';

/** False alarms per 100 links and week that people put up with. */
export const ALARM_BUDGET = 1;
/** Alarms that come later than this help nobody. */
export const LEAST_LEAD_MINUTES = 30;
/** Recall is told for alarms at least so many minutes ahead. */
const LEADS = [30, 60, 360] as const;

/** How well one scorer finds failures. */
export interface ScorerReport {
  readonly name: string;
  /** Area under the precision-recall curve of the longest horizon. */
  readonly averagePrecision: number;
  readonly interval: Interval;
  /** By LEADS: share of all failures found at least so far ahead, within the budget of false alarms. */
  readonly recall: readonly number[];
  readonly recallInterval: Interval;
  readonly falseAlarmRate: number;
}

/** How well the chances of one horizon are calibrated. */
export interface HorizonReport {
  readonly horizon: string;
  readonly rows: number;
  readonly prevalence: number;
  readonly averagePrecision: number;
  readonly brierSkill: number;
  readonly calibrationError: number;
  readonly bins: readonly CalibrationBin[];
}

/** Failures that announced themselves, and how many of them were found. */
export interface PrecursorReport {
  /** Failures with a precursor, and those whose precursor began early enough for an alarm. */
  readonly failures: number;
  readonly foreseeable: number;
  readonly recall: number;
  readonly recallForeseeable: number;
  readonly interval: Interval;
  readonly intervalForeseeable: Interval;
}

export interface RiskReport {
  readonly links: number;
  readonly failures: number;
  readonly rows: number;
  readonly scorers: readonly ScorerReport[];
  readonly horizons: readonly HorizonReport[];
  /** The point of the model within the budget. */
  readonly point: OperatingPoint | null;
  /** Null where it is not known which failures announced themselves. */
  readonly precursors: PrecursorReport | null;
  readonly precursorShare: number | null;
}

/** When the precursor of a failure began, in minutes of its trial; null where it had none, undefined where unknown. */
export type PrecursorOf = (trial: number, link: number, onset: number) => number | null | undefined;

/** Figures of a model and all rules over worlds that were not learnt from; links are drawn together in intervals. */
export function riskReport(trials: readonly Trial[], rng: Rng, precursorOf?: PrecursorOf): RiskReport {
  const rules = [...(trials[0]?.rows.rules.keys() ?? [])];
  const pooled = poolOf(trials);
  const scorers = [MODEL, ...rules].map((name) => scorerReport(name, trials, pooled, rng.fork(name)));
  const tracks = trials.flatMap((trial) => tracksOf(trial, MODEL));
  const point = bestWithinBudget(tracks, ALARM_BUDGET, LEAST_LEAD_MINUTES);
  const announced = precursorOf === undefined ? null : announcedOf(trials, precursorOf);
  return {
    links: trials.reduce((sum, { linkIds }) => sum + linkIds.length, 0),
    failures: tracks.reduce((sum, { onsets }) => sum + onsets.length, 0),
    rows: pooled.labels.length,
    scorers,
    horizons: RISK_HORIZONS.map((_, at) => horizonReport(trials, at)),
    point,
    precursors: announced === null ? null : precursorReport(announced, point, rng.fork('precursors')),
    precursorShare: announced === null ? null : shareAnnounced(announced),
  };
}

interface Pool {
  readonly labels: Float32Array;
  readonly groups: Int32Array;
  readonly groupCount: number;
  /** Which rows of each trial have a label. */
  readonly known: readonly Int32Array[];
}

function poolOf(trials: readonly Trial[]): Pool {
  const known = trials.map(({ rows }) => {
    const labels = rows.within.at(-1) as Float32Array;
    return Int32Array.from(labels.keys()).filter((row) => !Number.isNaN(labels[row]));
  });
  let first = 0;
  const parts = trials.map(({ rows, linkIds }, at) => {
    const own = known[at] as Int32Array;
    const labels = Float32Array.from(own, (row) => (rows.within.at(-1) as Float32Array)[row] as number);
    const offset = first;
    const groups = Int32Array.from(own, (row) => offset + (rows.link[row] as number));
    first += linkIds.length;
    return { labels, groups };
  });
  return {
    labels: joined(parts.map(({ labels }) => labels)),
    groups: Int32Array.from(parts.flatMap(({ groups }) => [...groups])),
    groupCount: first,
    known,
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function scorerReport(name: string, trials: readonly Trial[], pool: Pool, rng: Rng): ScorerReport {
  const scores = joined(
    trials.map((trial, at) => {
      const own = scoresOf(trial, name);
      return Float32Array.from(pool.known[at] as Int32Array, (row) => own[row] as number);
    }),
  );
  const ranking = new GroupedRanking(scores, pool.labels, pool.groups, pool.groupCount);
  const tracks = trials.flatMap((trial) => tracksOf(trial, name));
  const point = bestWithinBudget(tracks, ALARM_BUDGET, LEAST_LEAD_MINUTES);
  const total = tracks.reduce((sum, { onsets }) => sum + onsets.length, 0);
  return {
    name,
    averagePrecision: averagePrecision(scores, pool.labels),
    interval: bootstrapInterval(pool.groupCount, (groups) => ranking.averagePrecision(groups), rng),
    recall: LEADS.map((lead) => (point === null ? 0 : foundAhead(point, lead) / total)),
    recallInterval: point === null ? { low: 0, high: 0 } : recallInterval(point, rng.fork('recall')),
    falseAlarmRate: point?.falseAlarmRate ?? 0,
  };
}

/** Of the share found early enough, drawing links. */
function recallInterval({ verdicts }: OperatingPoint, rng: Rng): Interval {
  const found = verdicts.map(({ leadMinutes }) => leadMinutes.filter(isEarlyEnough).length);
  const all = verdicts.map(({ leadMinutes }) => leadMinutes.length);
  return bootstrapInterval(verdicts.length, (groups) => shareOf(groups, found, all), rng);
}

const isEarlyEnough = (lead: number | null) => lead !== null && lead >= LEAST_LEAD_MINUTES;

function shareOf(groups: Int32Array, found: readonly number[], all: readonly number[]): number {
  let [some, total] = [0, 0];
  for (const group of groups) {
    some += found[group] as number;
    total += all[group] as number;
  }
  return some / total;
}

function horizonReport(trials: readonly Trial[], at: number): HorizonReport {
  const [chances, labels] = [trials.map(({ rows }) => rows.chances[at]), trials.map(({ rows }) => rows.within[at])];
  const [allChances, allLabels] = [joined(chances as Float32Array[]), joined(labels as Float32Array[])];
  const known = allLabels.map((label) => (Number.isNaN(label) ? 0 : 1));
  const [own, truth] = [allChances, allLabels].map((values) => values.filter((_, row) => known[row] === 1));
  const bins = calibrationBins(own as Float32Array, truth as Float32Array);
  return {
    horizon: RISK_HORIZONS[at]?.words as string,
    rows: (truth as Float32Array).length,
    prevalence: (truth as Float32Array).reduce((sum, label) => sum + label, 0) / (truth as Float32Array).length,
    averagePrecision: averagePrecision(own as Float32Array, truth as Float32Array),
    brierSkill: brierSkill(own as Float32Array, truth as Float32Array),
    calibrationError: expectedCalibrationError(bins),
    bins,
  };
}

/** By trial and link: of each onset, how long before it its precursor began, min; null where it had none. */
type Announced = readonly (readonly (number | null)[])[];

function announcedOf(trials: readonly Trial[], precursorOf: PrecursorOf): Announced {
  return trials.flatMap((trial, at) =>
    tracksOf(trial, MODEL).map(({ onsets }, link) =>
      onsets.map((onset) => {
        const from = precursorOf(at, link, onset) ?? null;
        return from === null ? null : onset - from;
      }),
    ),
  );
}

function shareAnnounced(announced: Announced): number {
  const all = announced.flat();
  return all.filter((lead) => lead !== null).length / all.length;
}

function precursorReport(announced: Announced, point: OperatingPoint | null, rng: Rng): PrecursorReport {
  const counts = (least: number) =>
    announced.map((leads, link) => {
      const kept = leads.flatMap((lead, at) => (lead !== null && lead >= least ? [at] : []));
      const verdict = point?.verdicts[link];
      return { all: kept.length, found: kept.filter((at) => isEarlyEnough(verdict?.leadMinutes[at] ?? null)).length };
    });
  const [any, early] = [counts(0), counts(LEAST_LEAD_MINUTES)];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const recallOf = (list: typeof any) => sum(list.map(({ found }) => found)) / sum(list.map(({ all }) => all));
  const intervalOf = (list: typeof any, name: string) =>
    bootstrapInterval(
      list.length,
      (groups) =>
        shareOf(
          groups,
          list.map(({ found }) => found),
          list.map(({ all }) => all),
        ),
      rng.fork(name),
    );
  return {
    failures: sum(any.map(({ all }) => all)),
    foreseeable: sum(early.map(({ all }) => all)),
    recall: recallOf(any),
    recallForeseeable: recallOf(early),
    interval: intervalOf(any, 'any'),
    intervalForeseeable: intervalOf(early, 'early'),
  };
}

/** The best of the rules by average precision; the logistic regression is one of them. */
export function bestRule(report: RiskReport): ScorerReport {
  const rules = report.scorers.filter(({ name }) => name !== MODEL);
  return rules.reduce((best, rule) => (rule.averagePrecision > best.averagePrecision ? rule : best));
}

/** The best of the rules that nothing is learnt for. */
export function bestTrivialRule(report: RiskReport): ScorerReport {
  return bestRule({ ...report, scorers: report.scorers.filter(({ name }) => name !== LOGISTIC_RULE) });
}

/** The report of the same threshold as before on other worlds: what the budget chosen there costs here. */
export function atThreshold(trials: readonly Trial[], threshold: number): OperatingPoint {
  return operatingPoint(
    trials.flatMap((trial) => tracksOf(trial, MODEL)),
    threshold,
  );
}
