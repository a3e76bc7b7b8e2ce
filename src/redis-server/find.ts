import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { DetourError } from '../core/errors.ts';
import { PACKAGE_ROOT } from '../core/paths.ts';

export interface FindOptions {
  /** A binary that the configuration names (`REDIS_SERVER_BIN`); nothing else is tried then. */
  readonly bin: string | null;
  /** Folder that the setup script fills; tried last. */
  readonly cacheDir?: string;
}

/**
 * The redis-server to start: the one that is named, else the one on the PATH, else the one that the setup script
 * unpacked. Throws REDIS_MISSING with what to do.
 */
export function findRedisServer({ bin, cacheDir = join(PACKAGE_ROOT, '.cache', 'redis') }: FindOptions): string {
  if (bin !== null) return named(bin);
  const cached = join(cacheDir, 'bin', 'redis-server');
  const found = onPath('redis-server') ?? (isExecutable(cached) ? cached : null);
  if (found !== null) return found;
  throw new DetourError('REDIS_MISSING', 'no redis-server was found on the PATH', {
    hint: 'run "node scripts/setup.mjs", install redis-server 6.2 or newer, or name a running Redis in REDIS_URL',
  });
}

function named(bin: string): string {
  const path = bin.includes('/') ? bin : onPath(bin);
  if (path !== null && isExecutable(path)) return path;
  throw new DetourError('REDIS_MISSING', `redisServerBin: ${bin} is not a program that can be started`, {
    field: 'redisServerBin',
    value: bin,
    hint: 'REDIS_SERVER_BIN names the redis-server binary; without it the PATH is searched',
  });
}

/** Asks the shell, which knows the PATH: only the configuration reads the environment. */
function onPath(name: string): string | null {
  const result = spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', name], { encoding: 'utf8', timeout: 5_000 });
  const path = result.status === 0 ? result.stdout.trim() : '';
  return path.startsWith('/') && isExecutable(path) ? path : null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
