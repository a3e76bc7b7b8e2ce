import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { isOpen, type Proposal } from '../../../src/reroute/proposal.ts';
import type { Event } from '../../../src/store/events.ts';
import { isAlive, kill } from '../../support/process.ts';
import { waitFor } from '../../support/wait.ts';
import { cleanEnv, type LinkView } from '../service.ts';
import { COMMUNITY, PASSWORD } from './bed.ts';

const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
/** Ends the service when this process ends, however that comes about: its end closes the pipe that `cat` reads. */
const WATCHED = 'node "$@" </dev/null & p=$!; echo "$p" >&3; cat >/dev/null; kill -9 "$p" 2>/dev/null; wait "$p"';

export interface DetourOptions {
  readonly networkFile: string;
  readonly dataDir: string;
  readonly port: number;
  readonly trapPort: number;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The whole service against the test bed: polls every second, applies by itself through ospfd's vty. */
export class Detour {
  readonly #options: DetourOptions;
  #pid = -1;
  #end: () => void = () => undefined;
  #gone: Promise<unknown> = Promise.resolve();
  #log = '';

  constructor(options: DetourOptions) {
    this.#options = options;
  }

  /** What it wrote to its log. */
  get log(): string {
    return this.#log;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const { networkFile, dataDir, port, trapPort, args = [], env = {} } = this.#options;
    const call = [MAIN, 'run', '--network', networkFile, '--roles', 'poll,score,work,api', ...args];
    const child = spawn('sh', ['-c', WATCHED, 'detour', ...call], {
      cwd: PACKAGE_ROOT,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: cleanEnv({
        BED_COMMUNITY: COMMUNITY,
        BED_PASSWORD: PASSWORD,
        DETOUR_DATA_DIR: dataDir,
        DETOUR_PORT: String(port),
        DETOUR_MODE: 'auto',
        DETOUR_ACTUATOR: 'frr',
        DETOUR_FRR_PASSWORD: 'env:BED_PASSWORD',
        DETOUR_POLL_INTERVAL_SECONDS: '1',
        DETOUR_PLAN_SPACING_SECONDS: '1',
        DETOUR_TRAP_HOST: '0.0.0.0',
        DETOUR_TRAP_PORT: String(trapPort),
        ...env,
      }),
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-200_000);
      });
    const pids = createInterface({ input: child.stdio[3] as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    this.#pid = Number((await pids.next()).value);
    this.#end = () => child.stdin?.end();
    this.#gone = new Promise((resolve) => child.once('close', resolve));
    const isUp = (): Promise<boolean> =>
      this.get('/healthz').then(
        () => true,
        () => !isAlive(this.#pid),
      );
    await waitFor('the service to answer', isUp, { timeoutMs: 60_000 });
    if (!isAlive(this.#pid)) throw new Error(`the service ended: ${this.#log.slice(-2_000)}`);
  }

  /** Kills it with -9; resolves when it is gone. */
  async crash(): Promise<void> {
    kill(this.#pid, 'SIGKILL');
    this.#end();
    await this.#gone;
  }

  /** Stops it in order. */
  async stop(): Promise<void> {
    kill(this.#pid, 'SIGTERM');
    await waitFor('the service to stop', () => !isAlive(this.#pid), { timeoutMs: 30_000 }).catch(() => undefined);
    this.#end();
    await this.#gone;
  }

  async get<T>(path: string): Promise<T> {
    return this.#call<T>(path, {});
  }

  async send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown): Promise<T> {
    if (body === undefined) return this.#call<T>(path, { method });
    const headers = { 'content-type': 'application/json' };
    return this.#call<T>(path, { method, headers, body: JSON.stringify(body) });
  }

  /** Plans a maintenance window for a link that begins now. */
  drain(link: string): Promise<{ id: string; fromMs: number }> {
    const nowMs = Date.now();
    const body = { links: [link], fromMs: nowMs, toMs: nowMs + 3_600_000, reason: 'work on the fibre' };
    return this.send('POST', '/api/v1/maintenance', body);
  }

  async links(): Promise<LinkView[]> {
    return (await this.get<{ items: LinkView[] }>('/api/v1/links?limit=1000')).items;
  }

  async reroutes(): Promise<Proposal[]> {
    return (await this.get<{ items: Proposal[] }>('/api/v1/reroutes?limit=1000')).items;
  }

  async openReroutes(): Promise<Proposal[]> {
    return (await this.reroutes()).filter(isOpen);
  }

  async events(): Promise<Event[]> {
    return (await this.get<{ items: Event[] }>('/api/v1/events?limit=1000')).items;
  }

  async #call<T>(path: string, init: RequestInit): Promise<T> {
    const url = `http://127.0.0.1:${this.#options.port}${path}`;
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${text}`);
    return (text === '' || !text.startsWith('{') ? text : JSON.parse(text)) as T;
  }
}
