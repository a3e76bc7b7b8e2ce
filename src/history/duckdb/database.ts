import { mkdirSync } from 'node:fs';
import type { DuckDBConnection, DuckDBInstance, DuckDBResultReader } from '@duckdb/node-api';
import { DetourError, messageOf } from '../../core/errors.ts';

export interface DatabaseOptions {
  /** Null for one in memory. */
  readonly file: string | null;
  /** Where sorts spill to; emptied by DuckDB. */
  readonly spillDir: string;
  readonly memoryMb: number;
  readonly threads: number;
}

export interface Database {
  /** For everything that writes; one statement at a time. */
  readonly writer: DuckDBConnection;
  /** For questions, so that they see only what was committed. */
  readonly reader: DuckDBConnection;
  close(): void;
}

/**
 * Opens a database with bounded memory. DuckDB is native and may be missing or made for another system; that is found
 * out here, not at import, so that everything else runs without. Rejects with HISTORY_UNAVAILABLE.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { file, spillDir, memoryMb, threads } = options;
  let instance: DuckDBInstance;
  try {
    const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
    mkdirSync(spillDir, { recursive: true, mode: 0o700 });
    instance = await Instance.create(file ?? ':memory:', {
      memory_limit: `${memoryMb}MB`,
      threads: String(threads),
      temp_directory: spillDir,
      max_temp_directory_size: '4GB',
      preserve_insertion_order: 'false',
      // Partitions are replaced under their name, and memory is for rows.
      enable_external_file_cache: 'false',
      // Nothing is fetched from anywhere, whatever a query says.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (cause) {
    throw unavailable(file, cause);
  }
  const [writer, reader] = [await instance.connect(), await instance.connect()];
  const close = (): void => {
    reader.closeSync();
    writer.closeSync();
    instance.closeSync();
  };
  return { writer, reader, close };
}

function unavailable(file: string | null, cause: unknown): DetourError {
  const message = messageOf(cause).split('\n')[0] ?? '';
  const isHeld = /lock/i.test(message);
  const isMissing = /Cannot find|ERR_MODULE_NOT_FOUND|libduckdb|dlopen|cannot open shared object/i.test(message);
  const hint = isHeld
    ? 'another process keeps this history; only one can'
    : isMissing
      ? 'run npm ci on this machine; everything else works without'
      : 'see the message; the file is left as it is';
  return new DetourError('HISTORY_UNAVAILABLE', `history cannot be opened${file ? ` (${file})` : ''}: ${message}`, {
    hint,
    cause,
  });
}

/** A text within SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
}

/** All rows of a query, as arrays. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<readonly (readonly unknown[])[]> {
  const reader: DuckDBResultReader = await connection.runAndReadAll(sql);
  return reader.getRows();
}

/** Runs statements as one transaction. */
export async function inTransaction(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN');
  try {
    await work();
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
