/** What long-run failures do. `near-miss` is a precursor that recedes: nothing fails. */
export const FAILURE_KINDS = [
  'fibre-cut',
  'equipment',
  'outage',
  'black-hole',
  'flapping',
  'optical-decay',
  'corruption',
  'overload',
  'overheating',
  'maintenance',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** How trouble announces itself: a strength that grows from nothing to 1 at the onset. */
export interface Precursor {
  /** Seconds of the schedule. */
  readonly startsAt: number;
  /** Strength is (share of the lead time that is over) to this power: above 1 it starts below the noise. */
  readonly shape: number;
}

/** One incident: what fails together. Links and nodes by number; times in seconds of the schedule. */
export interface Failure {
  readonly id: string;
  readonly kind: FailureKind;
  readonly links: readonly number[];
  /** The router whose card it is; null where it is not about a router. */
  readonly node: number | null;
  /** When links go unhealthy or down; of a near miss, when the trouble recedes. */
  readonly onsetAt: number;
  /** When each of the links is repaired. */
  readonly endsAt: readonly number[];
  readonly planned: boolean;
  readonly precursor: Precursor | null;
  /** False: the trouble recedes before anything fails. */
  readonly isFailure: boolean;
  /** Of a near miss: it grows as if it were to fail until it stops at once, in place of coming to rest. */
  readonly isAbrupt?: boolean;
  /** How bad it is within the range of its kind, uniform in 0..1. */
  readonly severity: number;
  /** Which direction it is about where it is about one: 0 az, 1 za. */
  readonly side: 0 | 1;
}

/** Lead times are over this part of them after a near miss has turned. */
const RECEDING_SHARE = 0.25;
/** How far a near miss gets, at most. */
const NEAR_MISS_PEAK = 0.9;

export function startOf(failure: Failure): number {
  return failure.precursor?.startsAt ?? failure.onsetAt;
}

export function endOf({ endsAt }: Failure): number {
  return endsAt.reduce((last, at) => Math.max(last, at), 0);
}

/** When a near miss that began at `startsAt` and turned at `turnsAt` is over. */
export function recededAt(startsAt: number, turnsAt: number): number {
  return turnsAt + RECEDING_SHARE * (turnsAt - startsAt);
}

/**
 * Strength of the precursor at a time, 0..1; 0 before it begins and once it is over. What is going to fail gets worse ever
 * faster; what comes to nothing slows down and levels out (as creep does: Biswas et al., Scientific Reports 10, 2020).
 */
export function precursorStrength(failure: Failure, atSeconds: number): number {
  const { precursor, onsetAt, isFailure, severity, isAbrupt = false } = failure;
  if (precursor === null || atSeconds < precursor.startsAt) return 0;
  const leadSeconds = onsetAt - precursor.startsAt;
  const share = (atSeconds - precursor.startsAt) / leadSeconds;
  if (isFailure) return share < 1 ? share ** precursor.shape : 0;
  const peak = NEAR_MISS_PEAK * (0.3 + 0.7 * severity);
  if (share < 1) return peak * (isAbrupt ? share ** precursor.shape : 1 - (1 - share) ** precursor.shape);
  const over = (atSeconds - onsetAt) / (RECEDING_SHARE * leadSeconds);
  return over < 1 ? peak * (1 - over) : 0;
}
