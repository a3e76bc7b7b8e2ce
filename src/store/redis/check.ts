import type { Redis } from 'ioredis';
import { DetourError } from '../../core/errors.ts';
import { guarded } from './errors.ts';

const OLDEST = [6, 2] as const;

export interface RedisFacts {
  readonly version: string;
  /** What could not be made sure of; for the log. */
  readonly warnings: readonly string[];
}

/**
 * Makes sure that this Redis can be used: 6.2 or newer (Valkey answers with the version it is compatible with), writable,
 * and never evicting keys by itself. Rejects with REDIS_UNSUITABLE.
 */
export async function checkRedis(connection: Redis): Promise<RedisFacts> {
  const info = parseInfo(await guarded('check Redis', () => connection.info()));
  const policy = info.get('maxmemory_policy') ?? (await configuredPolicy(connection));
  return judgeRedis(info, policy);
}

/** The judgement alone, from the fields of INFO and the eviction policy (null: not to be had). */
export function judgeRedis(info: ReadonlyMap<string, string>, policy: string | null): RedisFacts {
  const version = info.get('redis_version') ?? 'unknown';
  if (!isNewEnough(version)) {
    throw unsuitable(`Redis ${version} is too old`, `Detour needs Redis ${OLDEST.join('.')} or newer`);
  }
  if (info.get('role') === 'slave') {
    throw unsuitable('This Redis is a read-only replica', 'name the primary in REDIS_URL');
  }
  if (policy !== null && policy !== 'noeviction') {
    const hint = 'set it to noeviction: redis-cli config set maxmemory-policy noeviction, and in redis.conf';
    throw unsuitable(`maxmemory-policy is ${policy}: Redis may throw away jobs and states`, hint);
  }
  const unknown = 'maxmemory-policy cannot be read; make sure that it is noeviction';
  return { version, warnings: policy === null ? [unknown] : [] };
}

/** `name:value` lines of INFO. */
export function parseInfo(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function isNewEnough(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(major + minor)) return false;
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Hosted Redis often forbids CONFIG; then nobody knows. */
async function configuredPolicy(connection: Redis): Promise<string | null> {
  try {
    const answer: unknown = await connection.config('GET', 'maxmemory-policy');
    const value: unknown = Array.isArray(answer) ? answer[1] : null;
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

function unsuitable(message: string, hint: string): DetourError {
  return new DetourError('REDIS_UNSUITABLE', message, { hint });
}
