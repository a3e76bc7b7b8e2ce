import { Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema, describeProblem } from '../../core/schema.ts';
import { type InterfaceSample, InterfaceSampleSchema } from '../../telemetry/sample.ts';
import { byPartition, chunks } from '../batches.ts';
import { LIMITS } from '../keys.ts';
import { backlogFull } from '../rules.ts';
import type { QueuedBatch, SampleQueue } from '../store.ts';
import { nextStreamId, requireStreamId } from '../stream-id.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { fieldOf, readStream, type StreamEntry } from './stream.ts';

const list = compileSchema(Type.Array(Type.Unknown()), 'CORRUPT_RECORD');
const sample = compileSchema(InterfaceSampleSchema, 'CORRUPT_RECORD');

export function redisSamples(context: RedisContext): SampleQueue {
  const { connection, keys, blocking, scripts, partitions } = context;
  const partitionOf = new Map<string, number>();

  const append = async (samples: readonly InterfaceSample[]) => {
    if (samples.length === 0) return;
    const groups = byPartition(samples, partitions, partitionOf);
    const streams = [...groups.keys()].map((partition) => keys.samples(partition));
    const args = [context.queuedSamplesMax, partitions, groups.size, ...[...groups].flatMap(groupArguments)];
    const answer = await guarded('queue samples', () =>
      scripts.appendSamples([keys.queued, keys.partitions, ...streams], args),
    );
    requireQueued(answer, partitions);
  };

  const read: SampleQueue['read'] = async (partition, afterId, { maxBatches, blockMs }) => {
    const key = keys.samples(partition);
    const entries = await guarded('read samples', () =>
      readStream(connection, blocking, { key, afterId, limit: maxBatches, blockMs }),
    );
    return entries.map((entry) => toBatch(context, key, entry));
  };

  const acknowledge = async (partition: number, upToId: string) => {
    requireStreamId(upToId, 'upToId');
    await guarded('acknowledge samples', () =>
      scripts.acknowledge([keys.samples(partition), keys.queued], [partition, upToId, nextStreamId(upToId)]),
    );
  };

  const backlog = async () => {
    const all = Array.from({ length: partitions }, (_, partition) => connection.xlen(keys.samples(partition)));
    const lengths = await guarded('measure the backlog', () => Promise.all(all));
    return lengths.reduce((sum, length) => sum + length, 0);
  };

  return { append, read, acknowledge, backlog };
}

function groupArguments([partition, group]: [number, InterfaceSample[]]): (string | number)[] {
  const batches = chunks(group, LIMITS.samplesPerBatch);
  return [
    partition,
    group.length,
    batches.length,
    ...batches.flatMap((batch) => [batch.length, JSON.stringify(batch)]),
  ];
}

function requireQueued(answer: unknown, partitions: number): void {
  const [outcome, first, second] = Array.isArray(answer) ? (answer as unknown[]) : [];
  if (outcome === 'queued') return;
  if (outcome === 'full') throw backlogFull(Number(first), Number(second));
  if (!first) {
    throw new DetourError('REDIS_EMPTY', 'Redis has lost what Detour kept in it: it came back without its data', {
      hint: 'start Detour again, and give Redis an append-only file',
    });
  }
  throw new DetourError('CONFLICT', `The sample queues are laid out for ${first} partitions, not ${partitions}`, {
    field: 'partitions',
    value: partitions,
    hint: 'give all processes of a network the same number of partitions and restart this one',
  });
}

/** A batch that cannot be read is an empty one: its id still moves the reader on. */
function toBatch({ records }: RedisContext, key: string, entry: StreamEntry): QueuedBatch {
  const [id] = entry;
  const items = records.member(list, key, id, fieldOf(entry, 'samples')) ?? [];
  const samples = items.filter((item): item is InterfaceSample => {
    if (sample.matches(item)) return true;
    const [problem] = sample.problems(item, 1);
    records.reportOnce({ key, field: id, problem: problem ? describeProblem(problem) : 'is not a sample' });
    return false;
  });
  return { id, samples };
}
