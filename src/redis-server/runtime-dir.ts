import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DetourError } from '../core/errors.ts';

/** sun_path of sockaddr_un holds 108 bytes on Linux (unix(7)) and 104 on BSD and macOS, with the final zero. */
const LONGEST_SOCKET_PATH = 103;
const SOCKET = 'redis.sock';

export interface RuntimeDir {
  readonly path: string;
  readonly socketPath: string;
  readonly pidFile: string;
}

/**
 * The folder for socket and pid file: private to this user, named by the data folder, so that two starts on the same
 * data folder meet in it, and below the system's temporary folder, so that its path is short enough for a socket.
 */
export function runtimeDir(dataDir: string, temporary: string = tmpdir()): RuntimeDir {
  const hash = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
  const name = `detour-${userInfo().uid}-${hash}`;
  const roomy = Buffer.byteLength(join(temporary, name, SOCKET)) <= LONGEST_SOCKET_PATH;
  const path = join(roomy ? temporary : '/tmp', name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  refuseForeign(path);
  return { path, socketPath: join(path, SOCKET), pidFile: join(path, 'redis.pid') };
}

/** The temporary folder belongs to everybody: someone else may have put a folder or a symlink of this name there. */
function refuseForeign(path: string): void {
  const found = lstatSync(path);
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0) return;
  throw new DetourError('REDIS_UNREACHABLE', `${path} must be a folder that only this user can enter`, {
    hint: 'remove it and start again',
  });
}
