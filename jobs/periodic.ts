import { Queue, Worker } from 'bullmq';
import { type ConnectionFactory, Connections } from './connection.ts';

export interface PeriodicJobOptions {
  /** One of QUEUES. */
  readonly queue: string;
  readonly createConnection: ConnectionFactory;
  /** Prefix of BullMQ's keys (`networkKeys(name).bullPrefix`). */
  readonly prefix: string;
  readonly everyMs: number;
  /** What takes longer than this is not working any more; a worker that was killed blocks the queue for so long. */
  readonly lockMs: number;
  /** Runs where the worker is, one at a time over all processes; what it answers is shown with the job. */
  readonly run: () => Promise<unknown>;
  /** True for work that only reads and can be done again: a stop does not wait for it. */
  readonly isExpendable?: boolean;
  /** Everything that goes wrong in the background, for the log. */
  readonly onError: (error: unknown) => void;
}

export interface PeriodicJob {
  start(): Promise<void>;
  /** Asks for a run beside the schedule, `delayMs` from now; one within that time is enough. */
  soon(delayMs?: number): Promise<void>;
  /** Waits for the run under way, unless it is expendable, then closes everything; idempotent. */
  stop(): Promise<void>;
}

const KEPT = { removeOnComplete: { age: 86_400, count: 50 }, removeOnFail: { age: 86_400, count: 50 } };

/** Something that happens again and again: once soon after a start, then by the schedule. */
export function createPeriodicJob(options: PeriodicJobOptions): PeriodicJob {
  const { queue: name, prefix, everyMs, lockMs, run, onError } = options;
  const connections = new Connections(options.createConnection);
  let queue: Queue | null = null;
  let worker: Worker | null = null;
  const leaving = new AbortController();
  // The job ends in order either way: one that was left active would block its queue until its lock is over.
  const left = new Promise<string>((resolve) => {
    leaving.signal.addEventListener('abort', () => resolve('left: the service stops'), { once: true });
  });
  const runOnce = (): Promise<unknown> => (options.isExpendable ? Promise.race([run(), left]) : run());
  return {
    start: async () => {
      queue = new Queue(name, { connection: await connections.open(), prefix });
      queue.on('error', onError);
      await queue.setGlobalConcurrency(1);
      // A scheduler begins with a job at once.
      await queue.upsertJobScheduler(`${name}-every`, { every: everyMs }, { name, opts: KEPT });
      const settings = { connection: await connections.open(), prefix, lockDuration: lockMs };
      worker = new Worker(name, runOnce, { ...settings, autorun: false });
      worker.on('error', onError);
      worker.on('failed', (_job, error) => onError(error));
      worker.run().catch(onError);
    },
    soon: async (delayMs = 1_000) => {
      await queue?.add(name, {}, { ...KEPT, delay: delayMs, deduplication: { id: 'soon', ttl: delayMs / 2 } });
    },
    stop: async () => {
      leaving.abort();
      await worker?.close();
      await queue?.close();
      [worker, queue] = [null, null];
      connections.close();
    },
  };
}
