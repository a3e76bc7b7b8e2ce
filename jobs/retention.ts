import { Queue, Worker } from 'bullmq';
import { type ConnectionFactory, Connections } from './connection.ts';
import { QUEUES } from './queues.ts';

export interface RetentionServiceOptions {
  readonly createConnection: ConnectionFactory;
  /** Prefix of BullMQ's keys (`networkKeys(name).bullPrefix`). */
  readonly prefix: string;
  readonly everyMs: number;
  /** Drops what is old; runs where the history is, one at a time. */
  readonly prune: () => Promise<unknown>;
  /** Everything that goes wrong in the background, for the log. */
  readonly onError: (error: unknown) => void;
}

export interface RetentionService {
  start(): Promise<void>;
  /** Waits for the run under way, then closes everything; idempotent. */
  stop(): Promise<void>;
}

/** A file is dropped in milliseconds; what takes longer than this is not working any more. */
const LOCK_MS = 60_000;
const KEPT = { removeOnComplete: { age: 86_400, count: 50 }, removeOnFail: { age: 86_400, count: 50 } };

/** Keeps history within its time and its disk budget: once soon after a start, then by the schedule. */
export function createRetentionService(options: RetentionServiceOptions): RetentionService {
  const { prefix, everyMs, prune, onError } = options;
  const connections = new Connections(options.createConnection);
  let queue: Queue | null = null;
  let worker: Worker | null = null;
  return {
    start: async () => {
      queue = new Queue(QUEUES.retention, { connection: await connections.open(), prefix });
      queue.on('error', onError);
      await queue.setGlobalConcurrency(1);
      // A scheduler begins with a job at once.
      await queue.upsertJobScheduler('retention-every', { every: everyMs }, { name: 'retention', opts: KEPT });
      const settings = { connection: await connections.open(), prefix, lockDuration: LOCK_MS };
      worker = new Worker(QUEUES.retention, async () => prune(), { ...settings, autorun: false });
      worker.on('error', onError);
      worker.on('failed', (_job, error) => onError(error));
      worker.run().catch(onError);
    },
    stop: async () => {
      await worker?.close();
      await queue?.close();
      [worker, queue] = [null, null];
      connections.close();
    },
  };
}
