/** Scores of one thing at equal steps; NaN where none was given. Steps and moments are counted alike in minutes. */
export interface ScoredTrack {
  readonly firstMinute: number;
  readonly stepMinutes: number;
  readonly scores: Float32Array;
  /** Minutes in which what was to be foreseen began, growing. */
  readonly onsets: readonly number[];
}

export interface AlarmRules {
  /** An alarm says: within so many minutes. */
  readonly horizonMinutes: number;
  /** A pause up to this long does not end an alarm. */
  readonly bridgeMinutes: number;
  /** An alarm that stands longer than this is a new one: standing for ever must cost. */
  readonly expiryMinutes: number;
}

export const ALARM_RULES: AlarmRules = { horizonMinutes: 360, bridgeMinutes: 60, expiryMinutes: 1440 };

/** An alarm from its first to its last score at or above the threshold. */
export interface Alarm {
  readonly first: number;
  readonly last: number;
}

export function alarmsOf(track: ScoredTrack, threshold: number, rules: AlarmRules): Alarm[] {
  const alarms: Alarm[] = [];
  let open: { first: number; last: number } | null = null;
  for (let step = 0; step < track.scores.length; step += 1) {
    if (!((track.scores[step] as number) >= threshold)) continue;
    const minute = track.firstMinute + step * track.stepMinutes;
    const goesOn: boolean =
      open !== null && minute - open.last <= rules.bridgeMinutes && minute - open.first < rules.expiryMinutes;
    if (open !== null && goesOn) open.last = minute;
    else {
      open = { first: minute, last: minute };
      alarms.push(open);
    }
  }
  return alarms;
}

/** What the alarms of one thing were worth. */
export interface AlarmVerdict {
  /** By onset: how many minutes ahead the first alarm for it was raised; null where none stood for it. */
  readonly leadMinutes: readonly (number | null)[];
  readonly falseAlarms: number;
}

/**
 * Judges alarms by events. An alarm stands for an onset that comes after its first score and at most the horizon after
 * its last one; an onset counts once, however many alarms stand for it; an alarm that stands for none is false.
 */
export function judgeAlarms(track: ScoredTrack, alarms: readonly Alarm[], rules: AlarmRules): AlarmVerdict {
  const stands = ({ first, last }: Alarm, onset: number) => onset > first && onset <= last + rules.horizonMinutes;
  const leadMinutes = track.onsets.map((onset) => {
    const first = alarms.find((alarm) => stands(alarm, onset));
    return first === undefined ? null : onset - first.first;
  });
  const falseAlarms = alarms.filter((alarm) => !track.onsets.some((onset) => stands(alarm, onset))).length;
  return { leadMinutes, falseAlarms };
}

const WEEK_MINUTES = 7 * 24 * 60;

/** False alarms per 100 things and week of the time in which scores were given. */
export function falseAlarmRate(tracks: readonly ScoredTrack[], falseAlarms: number): number {
  const minutes = tracks.reduce((sum, { scores, stepMinutes }) => sum + stepMinutes * knownCount(scores), 0);
  return (falseAlarms * 100 * WEEK_MINUTES) / minutes;
}

function knownCount(scores: Float32Array): number {
  let count = 0;
  for (const score of scores) if (!Number.isNaN(score)) count += 1;
  return count;
}

/** How a scorer does at one threshold: a verdict for each track. */
export interface OperatingPoint {
  readonly threshold: number;
  readonly falseAlarmRate: number;
  readonly verdicts: readonly AlarmVerdict[];
}

export function operatingPoint(
  tracks: readonly ScoredTrack[],
  threshold: number,
  rules: AlarmRules = ALARM_RULES,
): OperatingPoint {
  const verdicts = tracks.map((track) => judgeAlarms(track, alarmsOf(track, threshold, rules), rules));
  const falseAlarms = verdicts.reduce((sum, verdict) => sum + verdict.falseAlarms, 0);
  return { threshold, falseAlarmRate: falseAlarmRate(tracks, falseAlarms), verdicts };
}

const CANDIDATES = 160;

/**
 * The point with the most onsets found at least `leadMinutes` ahead among thresholds whose false alarms stay within the
 * budget; null where not even the highest scores do. Thresholds tried lie at the upper quantiles of the scores.
 */
export function bestWithinBudget(
  tracks: readonly ScoredTrack[],
  budget: number,
  leadMinutes: number,
  rules: AlarmRules = ALARM_RULES,
): OperatingPoint | null {
  let best: OperatingPoint | null = null;
  let bestFound = -1;
  for (const threshold of upperQuantiles(tracks)) {
    const point = operatingPoint(tracks, threshold, rules);
    if (point.falseAlarmRate > budget) continue;
    const found = foundAhead(point, leadMinutes);
    if (found <= bestFound) continue;
    best = point;
    bestFound = found;
  }
  return best;
}

/** Scores that a share of 1e-6 to 0.1 of all lie above, from high to low. */
function upperQuantiles(tracks: readonly ScoredTrack[]): number[] {
  const total = tracks.reduce((sum, { scores }) => sum + scores.length, 0);
  const all = new Float32Array(total);
  let count = 0;
  for (const { scores } of tracks) for (const score of scores) if (!Number.isNaN(score)) all[count++] = score;
  const sorted = all.subarray(0, count).sort();
  const values = Array.from({ length: CANDIDATES }, (_, at) => {
    const share = 10 ** (-6 + (5 * at) / (CANDIDATES - 1));
    return sorted[Math.max(0, count - 1 - Math.floor(share * count))] as number;
  });
  return [...new Set(values)].filter((value) => value !== undefined);
}

export function foundAhead({ verdicts }: OperatingPoint, leadMinutes: number): number {
  const isFound = (lead: number | null) => lead !== null && lead >= leadMinutes;
  return verdicts.reduce((sum, verdict) => sum + verdict.leadMinutes.filter(isFound).length, 0);
}
