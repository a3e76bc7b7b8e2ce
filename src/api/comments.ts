import { DetourError } from '../core/errors.ts';
import type { Event, NewEvent } from '../store/events.ts';
import type { EventLog } from '../store/store.ts';
import { nextStreamId } from '../store/stream-id.ts';
import { notFound } from './problem.ts';
import type { CommentBody } from './schemas/events.ts';
import { isEventId } from './sse.ts';

const PAGE = 1000;

/** The event with this id; throws NOT_FOUND. */
export async function eventById(log: EventLog, id: string): Promise<Event> {
  const behind = isEventId(id) ? nextStreamId(id) : id;
  const [found] = isEventId(behind) ? await log.latest(1, behind) : [];
  if (found?.id !== id) throw notFound('event', 'id', id);
  return found;
}

/**
 * A comment is an event of its own, about the same objects: so it is live on every screen, kept as long as events
 * are, and bounded with them.
 */
export function commentOn(event: Event, { text, by }: CommentBody, atMs: number): NewEvent {
  if (event.type === 'comment') {
    throw new DetourError('CONFLICT', `event ${event.id} is a comment`, {
      field: 'id',
      value: event.id,
      hint: `comment on event ${String(event.details.eventId)}`,
    });
  }
  const { linkId, deviceId, proposalId } = event;
  return {
    atMs,
    type: 'comment',
    severity: 'info',
    cleared: false,
    ...{ linkId, deviceId, proposalId },
    message: text.trim(),
    details: { eventId: event.id, by: by?.trim() ?? null },
  };
}

/** What was written about an event, oldest first. */
export async function commentsOn(log: EventLog, eventId: string): Promise<Event[]> {
  const last = await log.lastId();
  const comments: Event[] = [];
  for (let from = eventId; ; ) {
    const page = await log.read(from, { limit: PAGE, blockMs: 0 });
    comments.push(...page.filter(({ type, details }) => type === 'comment' && details.eventId === eventId));
    const end = page.at(-1)?.id;
    if (end === undefined || page.some(({ id }) => id === last)) return comments;
    from = end;
  }
}
