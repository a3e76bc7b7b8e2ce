import type { Clock } from '../core/clock.ts';
import { DetourError, messageOf } from '../core/errors.ts';
import { isOutage } from '../store/redis/errors.ts';
import type { Context } from './context.ts';

/** An outage shorter than this is not told: a Redis of our own that ended ends Detour within it, with a line of its own. */
const TELL_AFTER_MS = 1_000;
const TELL_EVERY_MS = 30_000;
/** Longer than any wait between two tries: after such a silence the next error is a new outage. */
const OVER_AFTER_MS = 15_000;

interface Outage {
  readonly sinceMs: number;
  lastMs: number;
  toldMs: number | null;
  errors: number;
}

export interface ErrorLog {
  /** Takes everything that failed and is tried again by itself. */
  readonly onError: (error: unknown) => void;
  /** Redis answers again. */
  readonly onBack: () => void;
  /** Redis will not come back in this process: what fails for want of it is no news any more. */
  readonly closeOutage: () => void;
}

/**
 * The log of failures. Without Redis everything fails, many times a second: that is told as one line, again every
 * half minute for as long as it lasts, and once more when it is over.
 */
export function createErrorLog(
  logger: Pick<Context['logger'], 'error' | 'info'>,
  clock: Clock,
  onLost: (error: DetourError) => void,
): ErrorLog {
  let outage: Outage | null = null;
  let silent = false;
  const during = (error: unknown): void => {
    const nowMs = clock.nowMs();
    if (outage === null || nowMs - outage.lastMs > OVER_AFTER_MS) {
      outage = { sinceMs: nowMs, lastMs: nowMs, toldMs: null, errors: 0 };
    }
    outage.lastMs = nowMs;
    outage.errors += 1;
    const isDue =
      outage.toldMs === null ? nowMs - outage.sinceMs >= TELL_AFTER_MS : nowMs - outage.toldMs >= TELL_EVERY_MS;
    if (silent || !isDue) return;
    outage.toldMs = nowMs;
    const about = { sinceMs: outage.sinceMs, errors: outage.errors, last: messageOf(error) };
    logger.error(about, 'Redis does not answer; everything that needs it is tried again until it does');
  };
  return {
    onError: (error) => {
      // Nothing that this process holds (leases, schedules, layout) is there any more: only a new start mends that.
      if (error instanceof DetourError && error.code === 'DETOUR_ERR_REDIS_EMPTY') onLost(error);
      else if (isOutage(error)) during(error);
      else logger.error({ err: error }, 'something failed; it is tried again');
    },
    onBack: () => {
      if (outage !== null && outage.toldMs !== null) {
        logger.info({ sinceMs: outage.sinceMs, errors: outage.errors }, 'Redis answers again');
      }
      outage = null;
    },
    closeOutage: () => {
      silent = true;
    },
  };
}
