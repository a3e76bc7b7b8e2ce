import type { Redis } from 'ioredis';
import { storeClosed } from '../rules.ts';
import { requireStreamId } from '../stream-id.ts';
import type { BlockingConnections } from './blocking.ts';
import { guarded } from './errors.ts';

/** An entry of a stream: its id and its fields, as name, value, name, value. */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** Longest single wait, so that a connection that died unnoticed is found out. */
const SLICE_MS = 5_000;

export interface StreamRead {
  readonly key: string;
  readonly afterId: string;
  readonly limit: number;
  readonly blockMs: number;
}

/** Entries after an id, oldest first; waits up to `blockMs` for the first one, in a connection of its own. */
export async function readStream(
  connection: Redis,
  blocking: BlockingConnections,
  read: StreamRead,
): Promise<StreamEntry[]> {
  requireStreamId(read.afterId, 'afterId');
  if (blocking.closed) throw storeClosed();
  if (read.limit <= 0) return [];
  if (read.blockMs <= 0) {
    return entriesOf(await connection.xread('COUNT', read.limit, 'STREAMS', read.key, read.afterId));
  }
  return (await blocking.use((follower) => readWaiting(follower, read))) ?? [];
}

async function readWaiting(follower: Redis, { key, afterId, limit, blockMs }: StreamRead): Promise<StreamEntry[]> {
  const deadlineMs = performance.now() + blockMs;
  for (;;) {
    const waitMs = Math.min(SLICE_MS, Math.max(1, Math.ceil(deadlineMs - performance.now())));
    const entries = entriesOf(await follower.xread('COUNT', limit, 'BLOCK', waitMs, 'STREAMS', key, afterId));
    if (entries.length > 0 || performance.now() >= deadlineMs) return entries;
  }
}

function entriesOf(reply: [key: string, items: StreamEntry[]][] | null): StreamEntry[] {
  return reply?.[0]?.[1] ?? [];
}

/** The value of a field of an entry; empty where it is missing, which no reader takes for a record. */
export function fieldOf([, fields]: StreamEntry, name: string): string {
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if (fields[index] === name) return fields[index + 1] ?? '';
  }
  return '';
}

export interface NewestRead<T> {
  readonly key: string;
  /** Field of an entry that holds its text. */
  readonly field: string;
  readonly limit: number;
  readonly beforeId: string | undefined;
  /** Null, after a report, for an entry that cannot be read. */
  decode(id: string, text: string): T | null;
}

/** The newest entries, newest first. A page of nothing but corrupt ones is skipped, else it would look like the end. */
export async function newestOfStream<T>(connection: Redis, read: NewestRead<T>): Promise<T[]> {
  const { key, field, limit, beforeId } = read;
  const newest = beforeId === undefined ? '+' : idBefore(beforeId);
  if (limit <= 0 || newest === null) return [];
  for (let end: string = newest; ; ) {
    const entries = await guarded('read a log', () => connection.xrevrange(key, end, '-', 'COUNT', limit));
    const found = entries.flatMap((entry) => read.decode(entry[0], fieldOf(entry, field)) ?? []);
    const last = entries.at(-1);
    if (found.length > 0 || !last) return found;
    end = `(${last[0]}`;
  }
}

/** Where to read on towards older ones; null when nothing can be older. Redis takes a half id for the last of its ms. */
function idBefore(id: string): string | null {
  const [ms, sequence] = requireStreamId(id, 'before');
  return ms === 0n && sequence === 0n ? null : `(${ms}-${sequence}`;
}
