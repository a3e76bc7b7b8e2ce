import type { Event } from '../store/events.ts';
import type { EventLog } from '../store/store.ts';
import type { Page } from './cursor.ts';
import { inputError } from './problem.ts';
import type { EventQuery } from './schemas/events.ts';
import { isEventId } from './sse.ts';

const PAGE = 1000;

export type EventFilter = Omit<EventQuery, 'after' | 'before' | 'limit'>;

/**
 * One page of the events that match. Pages of the log are read until there are enough: the log itself is bounded,
 * so a filter that nothing matches ends too. `next` is the id to go on from, in the same direction.
 */
export async function queryEvents(log: EventLog, query: EventQuery, limit: number): Promise<Page<Event>> {
  const { after, before, limit: _limit, ...filter } = query;
  if (after !== undefined && before !== undefined) throw inputError('before', 'cannot stand beside after', before);
  requireEventId('after', after);
  requireEventId('before', before);
  const read = after === undefined ? newestFirst(log, before) : oldestFirst(log, after);
  const items: Event[] = [];
  for await (const event of read) {
    if (!matchesEvent(event, filter)) continue;
    // One more than is asked for, to know whether there is a next page.
    if (items.length === limit) return { items, next: items.at(-1)?.id ?? null };
    items.push(event);
  }
  return { items, next: null };
}

async function* newestFirst(log: EventLog, before: string | undefined): AsyncGenerator<Event> {
  for (let end = before; ; ) {
    const page = await log.latest(PAGE, end);
    yield* page;
    end = page.at(-1)?.id;
    if (end === undefined) return;
  }
}

async function* oldestFirst(log: EventLog, after: string): AsyncGenerator<Event> {
  const last = await log.lastId();
  for (let from: string | undefined = after; from !== undefined; ) {
    const page: Event[] = await log.read(from, { limit: PAGE, blockMs: 0 });
    yield* page;
    // What comes while it is read is left for the next question, else a busy log would keep this one for ever.
    from = page.some(({ id }) => id === last) ? undefined : page.at(-1)?.id;
  }
}

function requireEventId(name: 'after' | 'before', id: string | undefined): void {
  if (id !== undefined && !isEventId(id)) throw inputError(name, 'must be the id of an event', id);
}

export function matchesEvent(event: Event, filter: EventFilter): boolean {
  const { type, severity, link, device, reroute, since, until, q } = filter;
  return (
    (type === undefined || type.includes(event.type)) &&
    (severity === undefined || severity.includes(event.severity)) &&
    (link === undefined || event.linkId === link) &&
    (device === undefined || event.deviceId === device) &&
    (reroute === undefined || event.proposalId === reroute) &&
    event.atMs >= (since ?? 0) &&
    event.atMs <= (until ?? Number.POSITIVE_INFINITY) &&
    (q === undefined || containsText(event, q.toLowerCase()))
  );
}

function containsText({ message, linkId, deviceId, proposalId }: Event, text: string): boolean {
  return [message, linkId, deviceId, proposalId].some((part) => part?.toLowerCase().includes(text));
}
