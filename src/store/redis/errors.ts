import { DetourError, type ErrorKey, messageOf } from '../../core/errors.ts';

const OUT_OF_REACH =
  /ECONN|ETIMEDOUT|EPIPE|ENOENT|EHOSTUNREACH|ENETUNREACH|Connection is closed|max retries|timed out|aborted|Socket timeout|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN/i;
const UNSUITABLE = /^(OOM|MISCONF|NOPERM|NOREPLICAS)/;

/**
 * What Redis or its client threw, as an error for people. The original is not kept as the cause: it carries the
 * arguments of the command, which may be a password or megabytes of samples.
 */
export function storeError(operation: string, error: unknown): DetourError {
  if (error instanceof DetourError) return error;
  const message = messageOf(error).slice(0, 300);
  const key = keyOf(message);
  return new DetourError(key, `${operation}: ${message}`, { hint: HINTS[key] });
}

function keyOf(message: string): 'REDIS_UNREACHABLE' | 'REDIS_UNSUITABLE' | 'INTERNAL' {
  if (UNSUITABLE.test(message)) return 'REDIS_UNSUITABLE';
  return OUT_OF_REACH.test(message) ? 'REDIS_UNREACHABLE' : 'INTERNAL';
}

const HINTS: Partial<Record<ErrorKey, string>> = {
  REDIS_UNREACHABLE: 'check that Redis runs and answers; Detour goes on when it does',
  REDIS_UNSUITABLE: 'Redis refuses to write: check its memory limit, disk and permissions',
};

/** Runs one operation of the store; whatever goes wrong becomes a DetourError that names the operation. */
export async function guarded<T>(operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storeError(operation, error);
  }
}
