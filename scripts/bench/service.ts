import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';

export interface BenchService {
  readonly url: string;
  /** Resolves when its process is over, however it ended. */
  readonly ended: Promise<void>;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
}

const START_MS = 30_000;

/** Starts the built service as `npm start` does, in a process of its own, and waits until it listens. */
export async function startService(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<BenchService> {
  const program = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
  if (!existsSync(program)) throw new Error('the service is not built: npm run build');
  // As npm does it: the command of `npm start`, with its arguments at the end.
  const flags = ['--json', '--port', '0', ...args];
  const child = spawn('sh', ['-c', `${startCommand()} "$@"`, 'npm-start', ...flags], {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  try {
    const url = await listening(child, () => complaints);
    const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return { url, ended: over, stop: () => ended(child) };
  } catch (error) {
    await ended(child);
    throw error;
  }
}

function startCommand(): string {
  const { scripts } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start;
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
