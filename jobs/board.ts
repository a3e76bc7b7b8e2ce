import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { Queue } from 'bullmq';
import { type ConnectionFactory, Connections } from './connection.ts';

/** Queues as bull-board shows them. */
export function boardQueues(queues: readonly Queue[]): BullMQAdapter[] {
  return queues.map((queue) => new BullMQAdapter(queue));
}

export interface QueueViewsOptions {
  readonly createConnection: ConnectionFactory;
  /** Prefix of BullMQ's keys (`networkKeys(name).bullPrefix`). */
  readonly prefix: string;
  readonly names: readonly string[];
  readonly onError: (error: unknown) => void;
}

/** Queues that other roles work on, for whoever only looks at them. */
export class QueueViews {
  readonly #options: QueueViewsOptions;
  readonly #connections: Connections;
  /** Empty before `start`. */
  readonly queues: Queue[] = [];

  constructor(options: QueueViewsOptions) {
    this.#options = options;
    this.#connections = new Connections(options.createConnection);
  }

  async start(): Promise<void> {
    const { names, prefix, onError } = this.#options;
    const connection = await this.#connections.open();
    for (const name of names) {
      const queue = new Queue(name, { connection, prefix });
      queue.on('error', onError);
      this.queues.push(queue);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.close()));
    this.queues.length = 0;
    this.#connections.close();
  }
}
