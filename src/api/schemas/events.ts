import { type Static, Type } from 'typebox';
import { EVENT_TYPES, EventSchema, SEVERITIES } from '../../store/events.ts';
import { Limit, Query } from './common.ts';

const EventId = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 41, description }));
const ObjectId = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 256, description }));
const Time = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }));

export const EventQuery = Query({
  figures: Type.Optional(
    Type.Enum(['true', 'false'], { default: 'false', description: 'of a stream: also `links` and `status`' }),
  ),
  after: EventId('id of an event: later ones, oldest first'),
  before: EventId('id of an event: earlier ones, newest first; `next` of a list that is newest first'),
  type: Type.Optional(Type.Array(Type.Enum(EVENT_TYPES), { minItems: 1, maxItems: 50 })),
  severity: Type.Optional(
    Type.Array(Type.Enum(SEVERITIES), { minItems: 1, maxItems: 20, description: 'one or more of them' }),
  ),
  link: ObjectId('about this link'),
  device: ObjectId('about this device'),
  reroute: ObjectId('about this proposal'),
  since: Time('happened then or later, ms since the epoch'),
  until: Time('happened then or earlier, ms since the epoch'),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'text in the message or the ids' })),
  limit: Limit,
});
export type EventQuery = Static<typeof EventQuery>;

export const CommentBody = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 1000, pattern: '\\S', description: 'plain text' }),
    by: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', description: 'as the writer signs; not verified' }),
    ),
  },
  { additionalProperties: false, examples: [{ text: 'Fibre works until 14:00', by: 'night shift' }] },
);
export type CommentBody = Static<typeof CommentBody>;

/** An event with what people wrote about it, oldest first. */
export const EventThreadSchema = Type.Object({ ...EventSchema.properties, comments: Type.Array(EventSchema) });
