import { DetourError, type ErrorKey, messageOf } from '../../core/errors.ts';

/** What the client says when there is no answer; its words are about its own settings and mean nothing to others. */
const NO_ANSWER =
  /ECONN|ETIMEDOUT|EPIPE|ENOENT|EHOSTUNREACH|ENETUNREACH|Connection is closed|max retries|timed out|aborted|Socket timeout/i;
/** What a Redis says that is there and cannot serve. */
const NOT_SERVING = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN)/;
const UNSUITABLE = /^(OOM|MISCONF|NOPERM|NOREPLICAS)/;

/**
 * What Redis or its client threw, as an error for people. The original is not kept as the cause: it carries the
 * arguments of the command, which may be a password or megabytes of samples.
 */
export function storeError(operation: string, error: unknown): DetourError {
  if (error instanceof DetourError) return error;
  const message = messageOf(error).slice(0, 300);
  const key = keyOf(message);
  return new DetourError(key, `${operation}: ${NO_ANSWER.test(message) ? 'Redis does not answer' : message}`, {
    hint: HINTS[key],
  });
}

/** True for what fails only because Redis cannot be reached, from wherever it comes. */
export function isOutage(error: unknown): boolean {
  if (error instanceof DetourError) return error.code === 'DETOUR_ERR_REDIS_UNREACHABLE';
  return keyOf(messageOf(error)) === 'REDIS_UNREACHABLE';
}

function keyOf(message: string): 'REDIS_UNREACHABLE' | 'REDIS_UNSUITABLE' | 'INTERNAL' {
  if (UNSUITABLE.test(message)) return 'REDIS_UNSUITABLE';
  return NOT_SERVING.test(message) || NO_ANSWER.test(message) ? 'REDIS_UNREACHABLE' : 'INTERNAL';
}

const HINTS: Partial<Record<ErrorKey, string>> = {
  REDIS_UNREACHABLE:
    'try again: Detour goes on as soon as Redis answers; if it was the Redis that Detour started itself, Detour ends and must be started again',
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
