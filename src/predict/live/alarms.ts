import { RISK_LEVELS, type RiskLevel } from '../../core/risk.ts';

/** A link that was rated high or critical, until it is not any more. */
export interface RiskAlarm {
  readonly linkId: string;
  readonly raisedAtMs: number;
  clearedAtMs: number | null;
  /** The highest it had. */
  probability: number;
  level: RiskLevel;
  outcome: 'open' | 'came-true' | 'false-alarm' | 'healed' | 'unknown';
  failedAtMs: number | null;
}

/** What is remembered from one round of predictions to the next; plain data. */
export interface AlarmBook {
  /** Newest first. */
  alarms: RiskAlarm[];
  /** Rounds that a link without an alarm was above the line, or one with an alarm below the lower one. */
  rounds: Record<string, number>;
}

export const emptyBook = (): AlarmBook => ({ alarms: [], rounds: {} });

/** A single round may be noise: the second one raises, the fifth quiet one clears. */
const RAISE_ROUNDS = 2;
const CLEAR_ROUNDS = 5;
const RAISE_ABOVE = 0.6;
const CLEAR_BELOW = 0.5;
const ALARMS_MAX = 200;

/** What there is to know of a link in one round. */
export interface AlarmRound {
  readonly linkId: string;
  readonly probability: number | null;
  readonly level: RiskLevel | null;
  /** It is unhealthy or down, and not by its operator. */
  readonly hasFailed: boolean;
  /** Its operator has shut it: what would have come of it is not known. */
  readonly isShut: boolean;
}

/** What people should be told. */
export interface AlarmChange {
  readonly kind: 'raised' | 'worse' | 'cleared' | 'came-true';
  readonly alarm: RiskAlarm;
}

/**
 * Enters one round of predictions: raises after two rounds above 0.6, clears after five below 0.5, so that a risk that
 * moves about a line does not flood anybody. A failure while an alarm stands, or within `horizonMs` after it was
 * raised, proves it right. `isHealed` says that traffic was taken off the link because of it.
 */
export function nextRound(
  book: AlarmBook,
  rounds: readonly AlarmRound[],
  nowMs: number,
  horizonMs: number,
  isHealed: (linkId: string, sinceMs: number) => boolean,
): AlarmChange[] {
  const standing = new Map(
    book.alarms.filter(({ outcome }) => outcome === 'open').map((alarm) => [alarm.linkId, alarm]),
  );
  const counts: Record<string, number> = {};
  const changes = rounds.flatMap((round) => {
    const alarm = standing.get(round.linkId);
    return alarm === undefined ? raised(book, counts, round, nowMs) : followed(book, counts, alarm, round, nowMs);
  });
  book.rounds = counts;
  settle(book, nowMs, horizonMs, isHealed);
  book.alarms = book.alarms.slice(0, ALARMS_MAX);
  return changes;
}

function raised(book: AlarmBook, counts: Record<string, number>, round: AlarmRound, nowMs: number): AlarmChange[] {
  const { linkId, probability, level } = round;
  if (probability === null || level === null || probability <= RAISE_ABOVE) return [];
  const seen = (book.rounds[linkId] ?? 0) + 1;
  if (seen < RAISE_ROUNDS) {
    counts[linkId] = seen;
    return [];
  }
  const alarm: RiskAlarm = {
    ...{ linkId, raisedAtMs: nowMs, clearedAtMs: null, probability, level, outcome: 'open', failedAtMs: null },
  };
  book.alarms.unshift(alarm);
  return [{ kind: 'raised', alarm }];
}

function followed(
  book: AlarmBook,
  counts: Record<string, number>,
  alarm: RiskAlarm,
  { linkId, probability, level, hasFailed, isShut }: AlarmRound,
  nowMs: number,
): AlarmChange[] {
  if (hasFailed) {
    const wasShown = alarm.clearedAtMs === null;
    Object.assign(alarm, { outcome: 'came-true', failedAtMs: nowMs, clearedAtMs: alarm.clearedAtMs ?? nowMs });
    return wasShown ? [{ kind: 'came-true', alarm }] : [];
  }
  if (isShut) {
    const wasShown = alarm.clearedAtMs === null;
    Object.assign(alarm, { outcome: 'healed', clearedAtMs: alarm.clearedAtMs ?? nowMs });
    return wasShown ? [{ kind: 'cleared', alarm }] : [];
  }
  if (alarm.clearedAtMs !== null || probability === null || level === null) return [];
  if (probability < CLEAR_BELOW) return quieter(book, counts, alarm, linkId, nowMs);
  const isWorse = RISK_LEVELS.indexOf(level) > RISK_LEVELS.indexOf(alarm.level);
  alarm.probability = Math.max(alarm.probability, probability);
  if (isWorse) alarm.level = level;
  return isWorse ? [{ kind: 'worse', alarm }] : [];
}

function quieter(
  book: AlarmBook,
  counts: Record<string, number>,
  alarm: RiskAlarm,
  linkId: string,
  nowMs: number,
): AlarmChange[] {
  const quiet = (book.rounds[linkId] ?? 0) + 1;
  if (quiet < CLEAR_ROUNDS) {
    counts[linkId] = quiet;
    return [];
  }
  alarm.clearedAtMs = nowMs;
  return [{ kind: 'cleared', alarm }];
}

/** Alarms whose time is over without a failure: wrong, or healed, which counts neither way. */
function settle(
  book: AlarmBook,
  nowMs: number,
  horizonMs: number,
  isHealed: (linkId: string, sinceMs: number) => boolean,
): void {
  for (const alarm of book.alarms) {
    const endMs = Math.max(alarm.raisedAtMs + horizonMs, alarm.clearedAtMs ?? 0);
    if (alarm.outcome !== 'open' || alarm.clearedAtMs === null || nowMs < endMs) continue;
    alarm.outcome = isHealed(alarm.linkId, alarm.raisedAtMs) ? 'healed' : 'false-alarm';
  }
}
