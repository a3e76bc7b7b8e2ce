import { Type } from 'typebox';
import { compileSchema } from '../../core/schema.ts';
import { chunks } from '../batches.ts';
import { type HistoryBatch, type HistoryFeed, type HistoryRecord, HistoryRecordSchema } from '../history-record.ts';
import { LIMITS } from '../keys.ts';
import { nextStreamId, requireStreamId } from '../stream-id.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { fieldOf, readStream, type StreamEntry } from './stream.ts';

const list = compileSchema(Type.Array(Type.Unknown()), 'CORRUPT_RECORD');
const record = compileSchema(HistoryRecordSchema, 'CORRUPT_RECORD');

export function redisHistoryFeed(context: RedisContext): HistoryFeed {
  const { connection, keys, blocking, scripts } = context;
  const key = keys.history;

  const append = async (records: readonly HistoryRecord[]) => {
    if (records.length === 0) return;
    await guarded('queue history', () =>
      scripts.appendHistory([key, keys.historySizes], [LIMITS.historyBytesMax, ...historyTexts(records)]),
    );
  };

  const read: HistoryFeed['read'] = async (afterId, { limit, blockMs }) => {
    const entries = await guarded('read the history feed', () =>
      readStream(connection, blocking, { key, afterId, limit, blockMs }),
    );
    return entries.map((entry) => toBatch(context, key, entry));
  };

  const acknowledge = async (upToId: string) => {
    requireStreamId(upToId, 'upToId');
    await guarded('acknowledge history', () => connection.xtrim(key, 'MINID', nextStreamId(upToId)));
  };

  return { append, read, acknowledge };
}

/** How many, then each batch as a text: the arguments with which scripts write to the feed. */
export function historyTexts(records: readonly HistoryRecord[]): (string | number)[] {
  const batches = chunks(records, LIMITS.historyPerBatch);
  return [batches.length, ...batches.map((batch) => JSON.stringify(batch))];
}

/** Records that cannot be read are left out and reported; the id still moves the reader on. */
function toBatch({ records }: RedisContext, key: string, entry: StreamEntry): HistoryBatch {
  const [id] = entry;
  const items = records.member(list, key, id, fieldOf(entry, 'records')) ?? [];
  const readable = items.filter((item): item is HistoryRecord => record.matches(item));
  if (readable.length < items.length) records.reportOnce({ key, field: id, problem: 'holds what is no record' });
  return { id, number: Number(fieldOf(entry, 'number')) || 0, records: readable };
}
