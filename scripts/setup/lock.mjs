import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ProblemForPeople, say } from './report.mjs';

const POLL_MS = 100;
const PATIENCE_MS = 15 * 60_000;

/** Runs `work` while no other setup of this checkout does; a lock whose process is gone is taken over. */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  await acquire(path);
  const release = () => rmSync(path, { force: true });
  const interrupted = () => {
    release();
    process.exit(130);
  };
  process.on('exit', release);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
}

async function acquire(path) {
  const deadlineMs = Date.now() + PATIENCE_MS;
  let told = false;
  while (!tryAcquire(path)) {
    const pid = holder(path);
    if (pid !== null && !isAlive(pid)) {
      takeAway(path, pid);
      continue;
    }
    if (!told) say(`waiting for another setup (process ${pid ?? 'unknown'}) ...`);
    told = true;
    if (Date.now() > deadlineMs) {
      throw new ProblemForPeople(`another setup (process ${pid}) does not end; end it, or remove ${path}`);
    }
    await pause(POLL_MS);
  }
}

/** The file appears with its content at once (a hard link), so nobody can read a lock without a holder. */
function tryAcquire(path) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Only one of several that wait may remove a dead lock, or a second would remove the first one's new lock. */
function takeAway(path, deadPid) {
  const guard = `${path}.takeover`;
  try {
    mkdirSync(guard);
  } catch {
    if (ageMs(guard) > 10_000) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (holder(path) === deadPid) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

function holder(path) {
  try {
    return Number(readFileSync(path, 'utf8')) || null;
  } catch {
    return null;
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
