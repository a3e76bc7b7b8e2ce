import type { Redis } from 'ioredis';
import { storeClosed } from '../rules.ts';
import { requireStreamId } from '../stream-id.ts';
import type { BlockingConnections } from './blocking.ts';

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
