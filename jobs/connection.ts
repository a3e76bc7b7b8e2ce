import type { ConnectionOptions } from 'bullmq';

/** A connection to Redis as BullMQ takes it, made with `maxRetriesPerRequest: null`. Whoever made it ends it. */
export type JobConnection = ConnectionOptions & { disconnect(): void };

/** Makes a connection; called once per queue, worker and listener, each of which needs its own. */
export type ConnectionFactory = () => JobConnection | Promise<JobConnection>;

/** Keeps what a service has opened, so that stopping it leaves nothing open. */
export class Connections {
  readonly #create: ConnectionFactory;
  readonly #open: JobConnection[] = [];

  constructor(create: ConnectionFactory) {
    this.#create = create;
  }

  async open(): Promise<JobConnection> {
    const connection = await this.#create();
    this.#open.push(connection);
    return connection;
  }

  close(): void {
    for (const connection of this.#open.splice(0)) connection.disconnect();
  }
}
