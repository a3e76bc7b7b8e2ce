import { type ChildProcess, fork } from 'node:child_process';
import { pause } from '../core/pause.ts';
import type { NewEvent } from '../store/events.ts';
import type { Context } from './context.ts';
import type { HistoryNotice } from './history-process.ts';
import { historyRole } from './history-role.ts';
import type { Service } from './lifecycle.ts';

const PROGRAM = new URL(`./history-process${import.meta.url.slice(-3)}`, import.meta.url);
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A child that ran this long was well: the next fault is a new one. */
const HEALTHY_MS = 60_000;
const STOP_MS = 1_200;

/**
 * The role `history`, in a process of its own beside other roles: DuckDB's memory and its crashes are not theirs. Alone
 * in a process, or run from the sources, it runs right here. Where it cannot run, an event says so and all else goes on.
 */
export function history(context: Context): Service {
  const isAlone = context.runtime.roles.every((role) => role === 'history');
  if (isAlone || PROGRAM.pathname.endsWith('.ts')) return here(context);
  return new HistoryChild(context);
}

function here(context: Context): Service {
  const { config, network, store, clock, holder, redis, onError, logger } = context;
  const role = historyRole({
    config,
    networkName: network.network.name,
    store,
    clock,
    holder,
    connectJobs: () => redis.connect('jobs'),
    onError,
    onWarning: (warning) => logger.warn({ warning }, 'warning'),
  });
  return {
    ...role,
    start: async () => {
      await role.start().catch(async (error: unknown) => {
        onError(error);
        await tell(context, failure(error instanceof Error ? error.message : String(error)));
      });
    },
  };
}

class HistoryChild implements Service {
  readonly name = 'history';
  readonly #context: Context;
  readonly #stopping = new AbortController();
  #child: ChildProcess | null = null;
  #done: Promise<void> = Promise.resolve();
  #isTold = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Does not wait for the child: nothing else depends on it. */
  async start(): Promise<void> {
    this.#done = this.#keepRunning();
  }

  /** What it has not read by then stays in the feed, for the next start. */
  stopsSoon(): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    if (this.#child?.connected) this.#child.send('stop');
  }

  async stop(): Promise<void> {
    this.stopsSoon();
    const force = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS);
    await this.#done;
    clearTimeout(force);
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping;
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const beganMs = performance.now();
      const why = await this.#runOnce();
      if (signal.aborted) return;
      await this.#failed(why);
      if (performance.now() - beganMs > HEALTHY_MS) retryMs = FIRST_RETRY_MS;
      await pause(retryMs, signal);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    }
  }

  /** Runs the child until it ends; answers why it did. */
  #runOnce(): Promise<string> {
    const { config, network, redis, runtime } = this.#context;
    // At another speed the simulated past would have another rhythm than what follows.
    const hasPast = runtime.roles.includes('simulate') && config.speed === 1;
    return new Promise((resolve) => {
      let why: string | null = null;
      const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [...process.execArgv] });
      this.#child = child;
      child.on('error', (error) => {
        why = error.message;
        if (child.pid === undefined) resolve(why);
      });
      child.on('message', (notice: HistoryNotice) => {
        if ('failed' in notice) why = notice.failed;
        else void this.#recovered();
      });
      child.on('exit', (code, signal) => resolve(why ?? `its process ended (${signal ?? `code ${code}`})`));
      const networkName = network.network.name;
      child.send({ config, networkName, redisAddress: redis.address, hasPast }, () => undefined);
    });
  }

  async #failed(why: string): Promise<void> {
    this.#context.logger.error({ why }, 'history is not kept; it is tried again');
    if (this.#isTold) return;
    this.#isTold = true;
    await tell(this.#context, failure(why));
  }

  async #recovered(): Promise<void> {
    if (!this.#isTold) return;
    this.#isTold = false;
    await tell(this.#context, { severity: 'info', cleared: true, message: 'history is kept again' });
  }
}

type Said = Pick<NewEvent, 'severity' | 'cleared' | 'message'>;

function failure(why: string): Said {
  return { severity: 'minor', cleared: false, message: `history is not kept, everything else goes on: ${why}` };
}

async function tell({ store, clock, onError }: Context, said: Said): Promise<void> {
  const about = { linkId: null, deviceId: null, proposalId: null, details: {} };
  const event = { atMs: clock.nowMs(), type: 'history-failed', ...said, ...about } as const;
  await store.events.append([event]).catch(onError);
}
