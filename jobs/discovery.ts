import { Queue, Worker } from 'bullmq';
import { type ConnectionFactory, Connections } from './connection.ts';
import { QUEUES } from './queues.ts';

const SCHEDULER_ID = 'discover-every';
/** A worker that was killed blocks the queue for this long at most. */
const LOCK_MS = 30_000;

/** What one discovery found different; figures only. */
export interface DiscoverySummary {
  readonly devices: number;
  readonly links: number;
  readonly changes: number;
}

export interface DiscoveryJobsOptions {
  readonly createConnection: ConnectionFactory;
  /** Prefix of BullMQ's keys (`networkKeys(name).bullPrefix`). */
  readonly prefix: string;
  readonly intervalMs: number;
  /** One discovery; the job carries nothing, so that no job ever holds an address or a secret. */
  readonly run: () => Promise<DiscoverySummary>;
  readonly onError: (error: unknown) => void;
}

/** Discovers at the start and every interval; one at a time over all processes. */
export class DiscoveryJobs {
  readonly name = 'discovery';
  readonly #options: DiscoveryJobsOptions;
  readonly #connections: Connections;
  #queue: Queue | null = null;
  #worker: Worker | null = null;

  constructor(options: DiscoveryJobsOptions) {
    this.#options = options;
    this.#connections = new Connections(options.createConnection);
  }

  async start(): Promise<void> {
    const { prefix, intervalMs, run, onError } = this.#options;
    const queue = new Queue(QUEUES.discovery, { connection: await this.#connections.open(), prefix });
    queue.on('error', onError);
    this.#queue = queue;
    await queue.setGlobalConcurrency(1);
    await queue.upsertJobScheduler(
      SCHEDULER_ID,
      { every: intervalMs },
      {
        name: 'discover',
        data: {},
        opts: { attempts: 1, removeOnComplete: { count: 50 }, removeOnFail: { count: 50 } },
      },
    );
    const connection = await this.#connections.open();
    this.#worker = new Worker(QUEUES.discovery, () => run(), {
      connection,
      prefix,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
      autorun: false,
    });
    this.#worker.on('error', onError);
    this.#worker.on('failed', (_job, error) => onError(error));
    this.#worker.run().catch(onError);
  }

  /** Does not wait for a discovery under way: what it would write is found again. */
  async stop(): Promise<void> {
    const [worker, queue] = [this.#worker, this.#queue];
    this.#worker = null;
    this.#queue = null;
    await worker?.close(true);
    await queue?.close();
    this.#connections.close();
  }
}
