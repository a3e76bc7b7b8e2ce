import { setTimeout as pause } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { DetourError, messageOf } from '../../core/errors.ts';
import { parseRedisTarget, type RedisTarget } from './target.ts';

/** `commands` fail within seconds when Redis is away; `jobs` (BullMQ) wait until it is back. */
export type RedisRole = 'commands' | 'jobs';

export interface ConnectOptions {
  readonly role: RedisRole;
  /** Called when the connection is lost or Redis complains, for the log; the connection comes back by itself. */
  readonly onError?: (error: DetourError) => void;
  /** Called when a connection that was lost is there again. */
  readonly onBack?: () => void;
  /** How often the first connection is tried. */
  readonly attempts?: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** No better password will come of asking again. */
const PERMANENT = /WRONGPASS|NOAUTH|NOPERM|invalid password|DB index is out of range|without any password/i;

const BY_ROLE: Readonly<Record<RedisRole, RedisOptions>> = {
  // What was under way when the connection broke is not sent again: it may have been written already.
  commands: { maxRetriesPerRequest: 4, commandTimeout: 10_000, autoResendUnfulfilledCommands: false },
  jobs: { maxRetriesPerRequest: null },
};

/** A blocked reader has its connection to itself, and notices by silence that the other side is gone. */
export const BLOCKING_OPTIONS = {
  maxRetriesPerRequest: 4,
  commandTimeout: undefined,
  autoResendUnfulfilledCommands: true,
  socketTimeout: 10_000,
} as const satisfies RedisOptions;

/**
 * Connects to Redis and answers when it is ready. Rejects with REDIS_UNREACHABLE after a few attempts, within
 * seconds. Once connected, a lost connection is restored for as long as it takes. The caller ends it (`disconnect`).
 */
export async function connectRedis(urlOrSocketPath: string, options: ConnectOptions): Promise<Redis> {
  const target = parseRedisTarget(urlOrSocketPath);
  const attempts = options.attempts ?? 5;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryConnect(target, options);
    if (outcome instanceof Redis) return outcome;
    if (attempt >= attempts || PERMANENT.test(outcome)) throw unreachable(target, outcome);
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));
  }
}

/** The connection, or why there is none. */
async function tryConnect(target: RedisTarget, { role, onError, onBack }: ConnectOptions): Promise<Redis | string> {
  let ready = false;
  let lastError: string | null = null;
  const redis = new Redis({
    connectTimeout: 2_000,
    ...BY_ROLE[role],
    ...target.options,
    lazyConnect: true,
    connectionName: `detour-${role}`,
    retryStrategy: (times) => (ready ? Math.min(FIRST_PAUSE_MS * 2 ** (times - 1), LONGEST_PAUSE_MS) : null),
  });
  // Without a listener ioredis writes errors to the console.
  redis.on('error', (error: unknown) => {
    lastError = redacted(target, messageOf(error));
    if (ready) onError?.(unreachable(target, lastError));
  });
  redis.on('ready', () => {
    if (ready) onBack?.();
  });
  try {
    await redis.connect();
    ready = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    return lastError ?? redacted(target, messageOf(error));
  }
}

function unreachable(target: RedisTarget, reason: string): DetourError {
  const hint = PERMANENT.test(reason)
    ? 'check the user, the password and the database in REDIS_URL'
    : 'check REDIS_URL and that Redis runs there; without REDIS_URL a private one is started';
  return new DetourError('REDIS_UNREACHABLE', `Redis at ${target.display} cannot be reached: ${reason}`, { hint });
}

function redacted(target: RedisTarget, message: string): string {
  const oneLine = message.replaceAll(/\s+/g, ' ').slice(0, 200);
  return target.secrets.reduce((text, secret) => text.replaceAll(secret, '***'), oneLine);
}
