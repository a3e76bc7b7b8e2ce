import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';

export interface BenchService {
  readonly url: string;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
}

const START_MS = 30_000;

/** Starts the built service in a process of its own and waits until it listens. */
export async function startService(args: readonly string[]): Promise<BenchService> {
  const program = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
  if (!existsSync(program)) throw new Error('the service is not built: npm run build');
  const child = spawn(process.execPath, [program, 'run', '--json', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  try {
    const url = await listening(child, () => complaints);
    return { url, stop: () => ended(child) };
  } catch (error) {
    await ended(child);
    throw error;
  }
}

/** The address in its first line. Later lines are read and dropped, so that the pipe does not fill up. */
function listening(child: ChildProcess, complaints: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the service ${why}: ${complaints()}`));
    const limit = setTimeout(() => fail(`did not start within ${START_MS / 1000} s`), START_MS);
    child.once('exit', (code) => fail(`ended with ${code}`));
    child.once('error', (error) => fail(error.message));
    createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
      const url = urlIn(line);
      if (url === null) return;
      clearTimeout(limit);
      resolve(url);
    });
  });
}

function urlIn(line: string): string | null {
  try {
    const { url } = JSON.parse(line) as { url?: unknown };
    return typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 8000);
  await exit;
  clearTimeout(force);
}
