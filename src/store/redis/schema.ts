import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { DetourError } from '../../core/errors.ts';
import { type NetworkKeys, SCHEMA_VERSION } from '../keys.ts';
import { guarded } from './errors.ts';
import { corrupt } from './records.ts';

/** Brings data from the version before to this one; may run again after a crash, so it must bear that. */
export type Migration = (connection: Redis, keys: NetworkKeys) => Promise<void>;

/** By the version they lead to. Version 1 is the first. */
export const MIGRATIONS: ReadonlyMap<number, Migration> = new Map();

/** A layout change takes milliseconds; whoever died in one must not keep the next start waiting for long. */
const LOCK_MS = 10_000;
const POLL_MS = 50;

export interface SchemaTarget {
  readonly version: number;
  readonly migrations: ReadonlyMap<number, Migration>;
}

/** Runs one change of layout at a time, however many processes start at once. */
export async function withLayoutLock<T>(connection: Redis, keys: NetworkKeys, run: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  const deadlineMs = performance.now() + LOCK_MS * 6;
  while ((await connection.set(keys.migrating, token, 'PX', LOCK_MS, 'NX')) !== 'OK') {
    if (performance.now() > deadlineMs) {
      throw new DetourError('TIMEOUT', 'Another process has been changing the stored data for a minute', {
        hint: 'wait until it has started, then start this one again',
      });
    }
    await pause(POLL_MS);
  }
  try {
    return await run();
  } finally {
    if ((await connection.get(keys.migrating)) === token) await connection.del(keys.migrating);
  }
}

/** Migrates the data to the version of this program. Rejects with SCHEMA_TOO_NEW when a newer one wrote it. */
export async function migrateSchema(
  connection: Redis,
  keys: NetworkKeys,
  target: SchemaTarget = { version: SCHEMA_VERSION, migrations: MIGRATIONS },
): Promise<void> {
  await guarded('migrate the stored data', async () => {
    const stored = await connection.get(keys.schema);
    if (stored === null) {
      await connection.set(keys.schema, target.version, 'NX');
      return migrateSchema(connection, keys, target);
    }
    for (let version = storedVersion(keys, stored, target.version) + 1; version <= target.version; version += 1) {
      await target.migrations.get(version)?.(connection, keys);
      await connection.set(keys.schema, version);
    }
  });
}

function storedVersion(keys: NetworkKeys, stored: string, newest: number): number {
  const version = Number(stored);
  if (!Number.isInteger(version) || version < 1) {
    throw corrupt({ key: keys.schema, field: null, problem: `must be a version, got ${stored.slice(0, 40)}` });
  }
  if (version <= newest) return version;
  throw new DetourError('SCHEMA_TOO_NEW', `The data has schema ${version}, this Detour knows up to ${newest}`, {
    hint: 'start the newer Detour, or use another data folder or Redis',
  });
}
