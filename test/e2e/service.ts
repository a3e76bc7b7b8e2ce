import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import type { LinkState } from '../../src/health/link-state.ts';
import { runtimeDir } from '../../src/redis-server/runtime-dir.ts';
import type { Plan } from '../../src/reroute/plan.ts';
import type { Proposal } from '../../src/reroute/proposal.ts';
import { descendants, isAlive, kill, processes, type Running, start } from '../support/process.ts';
import { startInTerminal, type Terminal } from '../support/pty.ts';
import { waitFor } from '../support/wait.ts';

export type LinkView = LinkState & { readonly id: string };

export interface Service {
  readonly running: Running;
  readonly port: number;
  readonly dataDir: string;
  /** The JSON at a path of the API; rejects unless it is a 2xx. */
  get<T>(path: string): Promise<T>;
  links(): Promise<LinkView[]>;
  reroutes(): Promise<Proposal[]>;
  latestPlan(): Promise<Plan | null>;
  /** Process id of the service itself, below npm and the terminal. */
  pid(): number;
  answers(timeoutMs: number): Promise<void>;
}

export interface ServiceOptions {
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly port?: number;
  /** Who ends what a failed test leaves; when the test has finished where this is left out. */
  readonly cleanUp?: (end: () => Promise<void>) => void;
}

/** A person's environment: nothing of the test runner, of npm above it, or of a Detour configured outside. */
export function cleanEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|DETOUR_|VITEST|REDIS_|NODE_ENV$|NODE_OPTIONS$|TEST$|INIT_CWD$)/i.test(name),
  );
  return { ...Object.fromEntries(kept), ...more };
}

/** `npm start` in a terminal of its own, as a person starts it. */
export async function npmStart(options: ServiceOptions): Promise<Service & { terminal: Terminal }> {
  const port = options.port ?? (await freePort());
  const flags = options.args?.length ? ` -- ${options.args.join(' ')}` : '';
  const terminal = startInTerminal(`npm start${flags}`, { cwd: PACKAGE_ROOT, env: serviceEnv(options, port) });
  return { ...service(terminal, port, options.dataDir), terminal };
}

/** The service itself, without npm, and without a past that most tests do not look at. */
export async function startService({ env, ...options }: ServiceOptions): Promise<Service> {
  const port = options.port ?? (await freePort());
  const args = [join('dist', 'src', 'cli', 'main.js'), 'run', ...(options.args ?? [])];
  const given = { ...options, env: { DETOUR_BACKFILL_HOURS: '0', ...env } };
  const running = start(process.execPath, args, { cwd: PACKAGE_ROOT, env: serviceEnv(given, port) });
  return service(running, port, options.dataDir, options.cleanUp);
}

function serviceEnv({ dataDir, env }: ServiceOptions, port: number): NodeJS.ProcessEnv {
  return cleanEnv({ DETOUR_DATA_DIR: dataDir, DETOUR_PORT: String(port), ...env });
}

function service(
  running: Running,
  port: number,
  dataDir: string,
  cleanUp: ServiceOptions['cleanUp'] = onTestFinished,
): Service {
  // Whatever a failed test leaves: the service by its id, Redis goes by its watchdog.
  cleanUp(async () => {
    if (!isAlive(running.pid)) return;
    for (const { pid } of descendants(running.pid)) kill(pid);
    kill(running.pid);
    await waitFor('Redis to go', () => redisOf(dataDir).length === 0, { timeoutMs: 15_000 });
  });
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    running,
    port,
    dataDir,
    get,
    links: () => all<LinkView>(get, '/api/v1/links'),
    reroutes: () => all<Proposal>(get, '/api/v1/reroutes'),
    latestPlan: () => get<Plan>('/api/v1/plans/latest').catch(() => null),
    pid: () => servicePid(running.pid),
    answers: async (timeoutMs) => {
      const healthy = () => get('/healthz').then(() => true);
      const ended = running.ended.then(({ code }) => {
        throw new Error(`the service ended with ${code}: ${running.output()}`);
      });
      await Promise.race([waitFor(`port ${port} to answer`, healthy, { timeoutMs }), ended]);
    },
  };
}

/** Every page of a list. */
async function all<T>(get: <R>(path: string) => Promise<R>, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: T[]; next: string | null } = await get(`${path}?limit=1000${more}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

function servicePid(top: number): number {
  const candidates = [{ pid: top, command: '' }, ...descendants(top)];
  const found = processes().find(
    ({ pid, command }) =>
      candidates.some((each) => each.pid === pid) && /^\S*node \S*dist\/src\/cli\/main\.js run/.test(command),
  );
  if (!found) throw new Error('the service process was not found');
  return found.pid;
}

/** Redis servers and watchdogs of a data folder that are still there. */
export function redisOf(dataDir: string): string[] {
  const { socketPath } = runtimeDir(dataDir);
  return processes()
    .filter(({ command }) => command.includes(socketPath))
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** Everything that `npm start` set going is gone. */
export function remains(pids: readonly number[], dataDir: string): string[] {
  return [...pids.filter(isAlive).map((pid) => `process ${pid}`), ...redisOf(dataDir)];
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
