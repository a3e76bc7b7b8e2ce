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

/** What can be found depends on how long before a precursor begins: ends of the bands that are told apart, minutes. */
const LEAD_BAND_ENDS = [LEAST_LEAD_MINUTES, 60, 120, Infinity] as const;

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

/** Failures whose precursor began so long before them, and how many of those were found early enough. */
export interface LeadBand {
  readonly fromMinutes: number;
  /** Infinity of the last band. */
  readonly toMinutes: number;
  readonly failures: number;
  readonly found: number;
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
  readonly byLead: readonly LeadBand[];
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

/**
 * Figures of a model and all rules over worlds that were not learnt from. In intervals all links of a network on one day
 * are drawn together: what fails in one conduit or on one card fails together.
 */
export function riskReport(trials: readonly Trial[], rng: Rng, precursorOf?: PrecursorOf): RiskReport {
  const rules = [...(trials[0]?.rows.rules.keys() ?? [])];
  const pooled = poolOf(trials);
  const scorers = [MODEL, ...rules].map((name) => scorerReport(name, trials, pooled, rng.fork(name)));
  const tracks = trials.flatMap((trial) => tracksOf(trial, MODEL));
  const point = bestWithinBudget(tracks, ALARM_BUDGET, LEAST_LEAD_MINUTES);
  const outcomes = outcomesOf(trials, point, precursorOf);
  const isKnown = precursorOf !== undefined;
  return {
    links: trials.reduce((sum, { linkIds }) => sum + linkIds.length, 0),
    failures: tracks.reduce((sum, { onsets }) => sum + onsets.length, 0),
    rows: pooled.labels.length,
    scorers,
    horizons: RISK_HORIZONS.map((_, at) => horizonReport(trials, at)),
    point,
    precursors: isKnown ? precursorReport(outcomes, pooled.groupCount, rng.fork('precursors')) : null,
    precursorShare: isKnown ? shareAnnounced(outcomes) : null,
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
  const days = new NetworkDays(trials);
  const parts = trials.map(({ rows }, at) => {
    const own = known[at] as Int32Array;
    const labels = Float32Array.from(own, (row) => (rows.within.at(-1) as Float32Array)[row] as number);
    return { labels, groups: Int32Array.from(own, (row) => days.of(at, rows.minute[row] as number)) };
  });
  return {
    labels: joined(parts.map(({ labels }) => labels)),
    groups: Int32Array.from(parts.flatMap(({ groups }) => Array.from(groups))),
    groupCount: days.count,
    known,
  };
}

const DAY_MINUTES = 1440;

/** The days of all networks, counted on from network to network. */
class NetworkDays {
  readonly count: number;
  readonly #first: readonly number[];

  constructor(trials: readonly Trial[]) {
    let count = 0;
    this.#first = trials.map(({ firstMinute, stepMinutes, stepCount }) => {
      const before = count;
      count += Math.floor((firstMinute + stepMinutes * stepCount) / DAY_MINUTES) + 1;
      return before;
    });
    this.count = count;
  }

  of(trial: number, minute: number): number {
    return (this.#first[trial] as number) + Math.floor(minute / DAY_MINUTES);
  }
}

/** A failure of a trial, with the day it belongs to and by how much it was foreseen. */
interface Outcome {
  readonly day: number;
  /** Minutes from the first alarm for it to its onset; null without one. */
  readonly leadMinutes: number | null;
  /** Minutes from the begin of its precursor; null where it had none, or where that is not known. */
  readonly announcedMinutes: number | null;
}

/** What became of every failure at an operating point; without one nothing was found. */
function outcomesOf(trials: readonly Trial[], point: OperatingPoint | null, precursorOf?: PrecursorOf): Outcome[] {
  const days = new NetworkDays(trials);
  let track = 0;
  return trials.flatMap((trial, at) =>
    tracksOf(trial, MODEL).flatMap(({ onsets }, link) => {
      const verdict = point?.verdicts[track++];
      return onsets.map((onset, number): Outcome => {
        const from = precursorOf?.(at, link, onset) ?? null;
        return {
          day: days.of(at, onset),
          leadMinutes: verdict?.leadMinutes[number] ?? null,
          announcedMinutes: from === null ? null : onset - from,
        };
      });
    }),
  );
}

/** The share of these failures that was found early enough, with its interval. */
function recallOf(outcomes: readonly Outcome[], dayCount: number, rng: Rng): { recall: number; interval: Interval } {
  const [found, all] = [new Float64Array(dayCount), new Float64Array(dayCount)];
  for (const { day, leadMinutes } of outcomes) {
    all[day] = (all[day] as number) + 1;
    if (isEarlyEnough(leadMinutes)) found[day] = (found[day] as number) + 1;
  }
  const share = (groups: Int32Array) => sumAt(found, groups) / sumAt(all, groups);
  return { recall: share(Int32Array.from(all.keys())), interval: bootstrapInterval(dayCount, share, rng) };
}

function sumAt(values: Float64Array, places: Int32Array): number {
  let sum = 0;
  for (const place of places) sum += values[place] as number;
  return sum;
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
    recallInterval: recallOf(outcomesOf(trials, point), pool.groupCount, rng.fork('recall')).interval,
    falseAlarmRate: point?.falseAlarmRate ?? 0,
  };
}

const isEarlyEnough = (lead: number | null) => lead !== null && lead >= LEAST_LEAD_MINUTES;

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

function shareAnnounced(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ announcedMinutes }) => announcedMinutes !== null).length / outcomes.length;
}

function precursorReport(outcomes: readonly Outcome[], dayCount: number, rng: Rng): PrecursorReport {
  const announcedBy = (least: number) => outcomes.filter(({ announcedMinutes }) => (announcedMinutes ?? -1) >= least);
  const [any, early] = [announcedBy(0), announcedBy(LEAST_LEAD_MINUTES)];
  const [ofAny, ofEarly] = [recallOf(any, dayCount, rng.fork('any')), recallOf(early, dayCount, rng.fork('early'))];
  return {
    failures: any.length,
    foreseeable: early.length,
    recall: ofAny.recall,
    recallForeseeable: ofEarly.recall,
    interval: ofAny.interval,
    intervalForeseeable: ofEarly.interval,
    byLead: leadBands(outcomes),
  };
}

function leadBands(outcomes: readonly Outcome[]): LeadBand[] {
  return LEAD_BAND_ENDS.map((toMinutes, band) => {
    const fromMinutes = LEAD_BAND_ENDS[band - 1] ?? 0;
    const own = outcomes.filter(
      ({ announcedMinutes: lead }) => lead !== null && lead >= fromMinutes && lead < toMinutes,
    );
    const found = own.filter(({ leadMinutes }) => isEarlyEnough(leadMinutes)).length;
    return { fromMinutes, toMinutes, failures: own.length, found };
  });
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
