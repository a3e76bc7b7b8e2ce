import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DetourError } from '../core/errors.ts';
import { findRedisServer } from './find.ts';
import { pingSocket } from './ping.ts';
import { type RuntimeDir, runtimeDir } from './runtime-dir.ts';
import { startWatched, type Watched } from './watchdog.ts';

export interface PrivateRedisOptions {
  /** Folder that is locked by us (`lockDataDir`); the append-only file goes to `redis/` in it. */
  readonly dataDir: string;
  /** The binary to start; null finds one. */
  readonly bin: string | null;
  /** Called once when Redis ends although nobody stopped it, with how: `it was killed (SIGKILL)`. */
  readonly onExit?: (how: string) => void;
  /** How long loading the data may take. */
  readonly startTimeoutMs?: number;
}

export interface PrivateRedis {
  readonly socketPath: string;
  /** Ends Redis in order (it writes out its append-only file), by force after 3 s. Safe to call twice. */
  stop(): Promise<void>;
}

const POLL_MS = 5;
/** What a watchdog needs at most to end its Redis. */
const WATCHDOG_TIME_MS = 4_000;
const ORPHAN_TIMEOUT_MS = 10_000;

/**
 * Starts a Redis of our own on a Unix socket and waits until it answers. Throws REDIS_MISSING when there is no
 * binary and REDIS_UNREACHABLE, with what Redis said last, when it does not come up.
 */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const bin = findRedisServer({ bin: options.bin });
  const folder = join(options.dataDir, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const runtime = runtimeDir(options.dataDir);
  await waitForPredecessor(runtime);
  const watched = startWatched(bin, redisArguments(folder, runtime), folder);
  await answering(watched, runtime, options.startTimeoutMs ?? 60_000);
  return supervise(watched, runtime, options.onExit);
}

/** An evicting Redis would lose jobs, and a snapshot beside the append-only file is only work. */
function redisArguments(folder: string, runtime: RuntimeDir): string[] {
  const settings = {
    port: '0',
    unixsocket: runtime.socketPath,
    unixsocketperm: '700',
    pidfile: runtime.pidFile,
    dir: folder,
    daemonize: 'no',
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
    'aof-load-truncated': 'yes',
    'maxmemory-policy': 'noeviction',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/**
 * After a kill -9 the previous Redis is still writing its last lines while its watchdog ends it; two on the same
 * append-only file would spoil it. Redis removes its pid file after its last write.
 */
async function waitForPredecessor(runtime: RuntimeDir): Promise<void> {
  const startedMs = Date.now();
  let told = false;
  for (let pid = runningRedis(runtime); pid !== null; pid = runningRedis(runtime)) {
    const waitedMs = Date.now() - startedMs;
    if (waitedMs > WATCHDOG_TIME_MS && !told) {
      // Its watchdog was killed as well.
      process.kill(pid, 'SIGTERM');
      told = true;
    }
    if (waitedMs > ORPHAN_TIMEOUT_MS) {
      throw new DetourError('DATA_DIR_LOCKED', `an earlier Redis (process ${pid}) on this data folder does not end`, {
        hint: `end it: kill ${pid}`,
      });
    }
    await pause(POLL_MS);
  }
}

/** The process of the pid file, if that still is the Redis of this runtime folder. */
function runningRedis(runtime: RuntimeDir): number | null {
  try {
    const pid = Number(readFileSync(runtime.pidFile, 'utf8'));
    process.kill(pid, 0);
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return title.includes(runtime.socketPath) ? pid : null;
  } catch {
    return null;
  }
}

async function answering(watched: Watched, runtime: RuntimeDir, timeoutMs: number): Promise<void> {
  let lastLines: readonly string[] | null = null;
  void watched.ended.then((lines) => {
    lastLines = lines;
  });
  const deadlineMs = Date.now() + timeoutMs;
  while (lastLines === null && Date.now() < deadlineMs) {
    if ((await pingSocket(runtime.socketPath)) === 'pong') return;
    await pause(POLL_MS);
  }
  const reason = lastLines === null ? `no answer within ${timeoutMs} ms` : lastWords(lastLines);
  await watched.end();
  throw new DetourError('REDIS_UNREACHABLE', `the private Redis did not start: ${reason}`, {
    hint: 'look at the data folder, or name a running Redis in REDIS_URL',
  });
}

function supervise(watched: Watched, runtime: RuntimeDir, onExit: PrivateRedisOptions['onExit']): PrivateRedis {
  let stopping: Promise<void> | null = null;
  void watched.ended.then(async (lines) => {
    if (stopping !== null) return;
    const code = await watched.end();
    onExit?.(howItEnded(code, lines));
  });
  const stop = async (): Promise<void> => {
    await watched.end();
    removeIfEmpty(runtime.path);
  };
  return {
    socketPath: runtime.socketPath,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Redis was killed and left its socket; the next start removes it.
  }
}

/** What is known of an end that nobody asked for. Its log says something of it only where it gave up by itself. */
export function howItEnded(code: number | null, lines: readonly string[]): string {
  if (code === null) return 'it was killed together with its watchdog';
  if (code === 0) return 'someone told it to shut down';
  if (code > 128) {
    const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
    return `it was killed (${signal ?? `signal ${code - 128}`})`;
  }
  // What it said while it started is about the machine, not about its end.
  const ready = lines.findLastIndex((line) => line.includes('Ready to accept connections'));
  return `it gave up (exit code ${code}): ${lastWords(lines.slice(ready + 1))}`;
}

/** Redis marks warnings with `#`; the last of them, else the last line, without its process id and date. */
function lastWords(lines: readonly string[]): string {
  const line = lines.filter((text) => / # /.test(text)).at(-1) ?? lines.at(-1) ?? 'it said nothing';
  return line.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ [#*.-] /, '').trim();
}
