import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DetourError } from '../core/errors.ts';
import { identityOf, isRunning, type ProcessIdentity, parseIdentity } from './process-identity.ts';

export interface DataDirLock {
  /** Gives the folder back. Safe to call twice; also happens when the process exits. */
  release(): void;
}

const HEARTBEAT_MS = 5_000;
/** A holder on another machine (a container) cannot be looked up; its lock is dead when it was not touched so long. */
const HEARTBEAT_LOST_MS = 20_000;
const GUARD_DEAD_MS = 10_000;
const ATTEMPTS = 50;

/**
 * Takes `lock` in the data folder for this process, creating the folder (0700) where needed. A lock whose process
 * is gone is taken over. Throws DATA_DIR_LOCKED naming the process that has it.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  createDataDir(dataDir);
  const path = join(dataDir, 'lock');
  const own = identityOf(process.pid);
  for (let attempt = 0; !tryTake(path, own); attempt += 1) {
    const holder = readHolder(path);
    if (holder === 'gone') continue;
    if (holder !== null && isHeld(path, holder)) throw lockedBy(dataDir, holder);
    if (attempt >= ATTEMPTS) throw lockedBy(dataDir, null);
    takeAway(path, holder);
  }
  return hold(path, own);
}

function createDataDir(dataDir: string): void {
  try {
    makeFolders(resolve(dataDir));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new DetourError('FILE_UNREADABLE', `dataDir: ${dataDir} cannot be created${reason}`, {
      field: 'dataDir',
      value: dataDir,
      hint: 'name a folder that this user can write to in DETOUR_DATA_DIR',
      cause: error,
    });
  }
}

/**
 * One folder after the other. `recursive` of mkdir would ask for ever where a folder that is there takes no children
 * and says ENOENT, as /proc does.
 */
function makeFolders(path: string): void {
  if (!existsSync(path)) {
    makeFolders(dirname(path));
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      // Two may start at once.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
  if (!statSync(path).isDirectory()) throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' });
}

/** A hard link puts the file there with its content at once, and fails when there is one. */
function tryTake(path: string, own: ProcessIdentity): boolean {
  const draft = `${path}.${own.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw new DetourError('FILE_UNREADABLE', `dataDir: ${path} cannot be written`, {
      field: 'dataDir',
      value: path,
      hint: 'name a folder that this user can write to in DETOUR_DATA_DIR',
      cause: error,
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process in the lock; null when its content makes no sense (the disk was full); `gone` without a lock. */
function readHolder(path: string): ProcessIdentity | null | 'gone' {
  try {
    return parseIdentity(readFileSync(path, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'gone';
    throw error;
  }
}

function isHeld(path: string, holder: ProcessIdentity): boolean {
  return isRunning(holder) ?? ageMs(path) < HEARTBEAT_LOST_MS;
}

/** Several may find the same dead lock; the guard lets one of them remove it, and never the next one's. */
function takeAway(path: string, dead: ProcessIdentity | null): void {
  const guard = `${path}.takeover`;
  try {
    mkdirSync(guard);
  } catch {
    if (ageMs(guard) > GUARD_DEAD_MS) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    const now = readHolder(path);
    if (JSON.stringify(now) === JSON.stringify(dead)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

function hold(path: string, own: ProcessIdentity): DataDirLock {
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  const release = (): void => {
    clearInterval(heartbeat);
    process.off('exit', release);
    if (JSON.stringify(readHolder(path)) === JSON.stringify(own)) rmSync(path, { force: true });
  };
  process.on('exit', release);
  return { release };
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The folder was removed under us: there is nothing left to protect.
  }
}

function lockedBy(dataDir: string, holder: ProcessIdentity | null): DetourError {
  const who = holder === null ? 'another instance' : `process ${holder.pid} on ${holder.host}`;
  return new DetourError('DATA_DIR_LOCKED', `${who} uses the data folder ${dataDir}`, {
    field: 'dataDir',
    value: dataDir,
    hint: 'stop it, or name another folder in DETOUR_DATA_DIR',
  });
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
