import type { Redis } from 'ioredis';
import { DetourError } from '../../core/errors.ts';
import { storeClosed } from '../rules.ts';
import { BLOCKING_OPTIONS } from './connection.ts';

/** One per partition and follower; more is a leak. */
const CONNECTIONS_MAX = 512;

/** Connections for commands that wait: one waiting reader must not hold up anyone else. */
export class BlockingConnections {
  readonly #connection: Redis;
  readonly #idle: Redis[] = [];
  readonly #all = new Set<Redis>();
  #closed = false;

  constructor(connection: Redis) {
    this.#connection = connection;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Lends a connection for one wait. A wait that `close` interrupts resolves with null. */
  async use<T>(wait: (connection: Redis) => Promise<T>): Promise<T | null> {
    if (this.#closed) throw storeClosed();
    const connection = this.#idle.pop() ?? this.#open();
    try {
      return await wait(connection);
    } catch (error) {
      if (this.#closed) return null;
      throw error;
    } finally {
      if (!this.#closed) this.#idle.push(connection);
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#all) connection.disconnect();
    this.#all.clear();
    this.#idle.length = 0;
  }

  #open(): Redis {
    if (this.#all.size >= CONNECTIONS_MAX) {
      throw new DetourError('NOT_READY', `More than ${CONNECTIONS_MAX} readers wait at once`);
    }
    const connection = this.#connection.duplicate({ ...BLOCKING_OPTIONS, connectionName: 'detour-follower' });
    // Errors reach whoever waits; this listener only keeps ioredis from writing them to the console.
    connection.on('error', () => {});
    this.#all.add(connection);
    return connection;
  }
}
