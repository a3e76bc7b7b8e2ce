import type { ChainableCommander, Redis } from 'ioredis';
import { partitionOf } from '../../core/ids.ts';
import type { InterfaceSample } from '../../telemetry/sample.ts';
import { byPartition, chunks } from '../batches.ts';
import { LIMITS, type NetworkKeys } from '../keys.ts';
import { nextStreamId } from '../stream-id.ts';
import { fieldOf, type StreamEntry } from './stream.ts';

/** While the layout changes the key says `moving:<from>`: no process scores or queues, whatever it was started with. */
const MOVING = 'moving:';

interface Belongings {
  readonly memories: readonly (readonly [linkId: string, text: string])[];
  readonly waiting: readonly InterfaceSample[];
}

/**
 * Lays queues and memories out for this number of partitions, so that nothing is lost when it is changed between two
 * starts. A crash on the way leaves the old layout and the mark; the next start goes on from there.
 */
export async function layOut(connection: Redis, keys: NetworkKeys, partitions: number): Promise<void> {
  await connection.set(keys.partitions, partitions, 'NX');
  const stored = (await connection.get(keys.partitions)) ?? String(partitions);
  if (stored === String(partitions)) return;
  const before = Number(stored.replace(MOVING, ''));
  await connection.set(keys.partitions, `${MOVING}${before}`);
  const belongings = await collect(connection, keys, before);
  const transaction = connection.multi();
  clear(transaction, keys, Math.max(before, partitions));
  spread(transaction, keys, partitions, belongings);
  transaction.set(keys.partitions, partitions);
  for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
}

async function collect(connection: Redis, keys: NetworkKeys, partitions: number): Promise<Belongings> {
  const memories: [string, string][] = [];
  const waiting: InterfaceSample[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    memories.push(...Object.entries(await connection.hgetall(keys.memories(partition))));
    const lastId = (await connection.hget(keys.cursor(partition), 'lastId')) ?? '0';
    const entries = await connection.xrange(keys.samples(partition), nextStreamId(lastId), '+');
    waiting.push(...entries.flatMap(samplesOf));
  }
  return { memories, waiting };
}

/** Fences stay: an old scorer of a partition stays fenced off whatever the partition holds now. */
function clear(transaction: ChainableCommander, keys: NetworkKeys, partitions: number): void {
  transaction.del(keys.queued);
  for (let partition = 0; partition < partitions; partition += 1) {
    transaction.del(keys.memories(partition), keys.samples(partition));
    transaction.hdel(keys.cursor(partition), 'lastId');
  }
}

function spread(transaction: ChainableCommander, keys: NetworkKeys, partitions: number, belongings: Belongings): void {
  for (const [linkId, text] of belongings.memories) {
    transaction.hset(keys.memories(partitionOf(linkId, partitions)), linkId, text);
  }
  for (const [partition, group] of byPartition(belongings.waiting, partitions, new Map())) {
    let total = 0;
    for (const batch of chunks(group, LIMITS.samplesPerBatch)) {
      total += batch.length;
      transaction.xadd(keys.samples(partition), '*', 'total', total, 'samples', JSON.stringify(batch));
    }
    transaction.hset(keys.queued, `${partition}:in`, total);
  }
}

/** Samples that cannot be read are left behind; a reader would skip them too. */
function samplesOf(entry: StreamEntry): InterfaceSample[] {
  try {
    const items: unknown = JSON.parse(fieldOf(entry, 'samples'));
    return Array.isArray(items) ? items.filter(hasLink) : [];
  } catch {
    return [];
  }
}

function hasLink(item: unknown): item is InterfaceSample {
  return item !== null && typeof item === 'object' && 'linkId' in item && typeof item.linkId === 'string';
}
