import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';

export interface TestRedis {
  readonly socketPath: string;
  /** Ends it by force; what it had written to its append-only file (`--appendonly yes`) stays. */
  kill(): Promise<void>;
  /** Starts it again where it was killed. */
  startAgain(): Promise<void>;
  /** Ends it by force and removes its folder. */
  stop(): Promise<void>;
}

/** The redis-server binary: REDIS_SERVER_BIN, the PATH, what the setup script unpacked; null when there is none. */
export function findTestRedis(): string | null {
  const named = process.env.REDIS_SERVER_BIN;
  if (named) return named;
  const onPath = spawnSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).stdout.trim();
  if (onPath !== '') return onPath;
  const cached = join(PACKAGE_ROOT, '.cache', 'redis', 'bin', 'redis-server');
  return existsSync(cached) ? cached : null;
}

/**
 * `describe` where a redis-server can be started, else `describe.skip` that says why. In CI a missing binary is a
 * failure, not a skip.
 */
export function describeWithRedis(name: string, body: () => void): void {
  if (findTestRedis() !== null) describe(name, body);
  else if (process.env.CI === 'true') throw new Error('CI needs a redis-server: run node scripts/setup.mjs first');
  else describe.skip(`${name} (skipped: no redis-server; run node scripts/setup.mjs)`, body);
}

/** Starts an empty Redis of its own on a Unix socket and waits until it answers. Extra arguments are its settings. */
export async function startTestRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const bin = findTestRedis();
  if (bin === null) throw new Error('no redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'detour-redis-'));
  const socketPath = join(folder, 's');
  const args = ['--port', '0', '--unixsocket', socketPath, '--dir', folder, '--save', '', '--appendonly', 'no'];
  const launch = async (): Promise<ChildProcess> => {
    const child = spawn(bin, [...args, ...settings], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    });
    child.stderr.resume();
    await answering(child, socketPath, () => output);
    return child;
  };
  let child = await launch();
  const startAgain = async (): Promise<void> => {
    child = await launch();
  };
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { socketPath, kill: () => end(child), startAgain, stop };
}

async function answering(child: ChildProcess, socketPath: string, output: () => string): Promise<void> {
  const deadlineMs = Date.now() + 15_000;
  while (!(await pings(socketPath))) {
    if (child.exitCode !== null || Date.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`redis-server did not start: ${output()}`);
    }
    await pause(10);
  }
}

/** True for any answer: a Redis with a password says NOAUTH, and is there. */
function pings(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('error', () => end(false));
    socket.once('data', (data) => end(/PONG|NOAUTH/.test(data.toString())));
    socket.write('PING\r\n');
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
