import { compileSchema } from '../../core/schema.ts';
import { type Event, type NewEvent, NewEventSchema } from '../events.ts';
import { LIMITS } from '../keys.ts';
import type { EventLog } from '../store.ts';
import { requireStreamId } from '../stream-id.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { fieldOf, readStream, type StreamEntry } from './stream.ts';

const newEvent = compileSchema(NewEventSchema, 'CORRUPT_RECORD');

export function redisEvents(context: RedisContext): EventLog {
  const { connection, blocking, keys, records } = context;
  const key = keys.events;

  const toEvents = (entries: readonly StreamEntry[]): Event[] =>
    entries.flatMap((entry) => {
      const event = records.member(newEvent, key, entry[0], fieldOf(entry, 'event'));
      return event ? [{ ...event, id: entry[0] }] : [];
    });

  const append = async (events: readonly NewEvent[]) => {
    if (events.length === 0) return;
    const transaction = connection.multi();
    for (const event of events) {
      transaction.xadd(key, 'MAXLEN', '~', LIMITS.eventsMax, '*', 'event', JSON.stringify(event));
    }
    await guarded('log events', async () => {
      for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
    });
  };

  /** A page of nothing but corrupt events is skipped, else a follower would ask for it for ever. */
  const read: EventLog['read'] = async (afterId, { limit, blockMs }) => {
    for (let from = afterId; ; ) {
      const entries = await guarded('read events', () =>
        readStream(connection, blocking, { key, afterId: from, limit, blockMs }),
      );
      const events = toEvents(entries);
      const last = entries.at(-1);
      if (events.length > 0 || !last) return events;
      from = last[0];
    }
  };

  /** As in `read`, a page of nothing but corrupt events is skipped, else it would look like the end of the log. */
  const latest: EventLog['latest'] = async (limit, beforeId) => {
    const newest = beforeId === undefined ? '+' : idBefore(beforeId);
    if (limit <= 0 || newest === null) return [];
    for (let end: string = newest; ; ) {
      const entries = await guarded('read events', () => connection.xrevrange(key, end, '-', 'COUNT', limit));
      const events = toEvents(entries);
      const last = entries.at(-1);
      if (events.length > 0 || !last) return events;
      end = `(${last[0]}`;
    }
  };

  const lastId = async () => {
    const [newest] = await guarded('read events', () => connection.xrevrange(key, '+', '-', 'COUNT', 1));
    return newest?.[0] ?? '0';
  };

  return { append, read, latest, lastId };
}

/** Where to read on towards older ones; null when nothing can be older. Redis takes a half id for the last of its ms. */
function idBefore(id: string): string | null {
  const [ms, sequence] = requireStreamId(id, 'beforeId');
  return ms === 0n && sequence === 0n ? null : `(${ms}-${sequence}`;
}
