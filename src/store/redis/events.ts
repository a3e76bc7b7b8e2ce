import { compileSchema } from '../../core/schema.ts';
import { type Event, type NewEvent, NewEventSchema } from '../events.ts';
import { LIMITS } from '../keys.ts';
import type { EventLog } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { fieldOf, newestOfStream, readStream, type StreamEntry } from './stream.ts';

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

  const latest: EventLog['latest'] = (limit, beforeId) =>
    newestOfStream(connection, {
      ...{ key, field: 'event', limit, beforeId },
      decode: (id, text) => {
        const event = records.member(newEvent, key, id, text);
        return event && { ...event, id };
      },
    });

  const lastId = async () => {
    const [newest] = await guarded('read events', () => connection.xrevrange(key, '+', '-', 'COUNT', 1));
    return newest?.[0] ?? '0';
  };

  return { append, read, latest, lastId };
}
