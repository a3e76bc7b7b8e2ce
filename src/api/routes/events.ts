import type { FastifyRequest } from 'fastify';
import { readAcknowledgements } from '../../pipeline/acknowledgements.ts';
import { EventSchema } from '../../store/events.ts';
import { commentOn, commentsOn, eventById } from '../comments.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import type { Beginning, EventHub } from '../event-hub.ts';
import { queryEvents } from '../event-query.ts';
import { FigureFeed } from '../figure-feed.ts';
import { readLinkStates, withAcknowledgement } from '../link-view.ts';
import { limitOf, listResponse, sendList } from '../list-answer.ts';
import { inputError } from '../problem.ts';
import { IdParams, NoQuery, problemResponses } from '../schemas/common.ts';
import { CommentBody, EventQuery, EventThreadSchema } from '../schemas/events.ts';
import { isEventId, StreamWriter } from '../sse.ts';
import { readStatus } from '../status.ts';
import { EVENT_TABLE } from '../tables.ts';

/** Comments that one address may write in a minute: they share the log with what the network does. */
const COMMENTS_PER_MINUTE = 30;

export function eventRoutes(app: ApiServer, deps: ApiDeps, hub: EventHub): void {
  const { events } = deps.store;
  const feed = new FigureFeed(hub, { states: () => readLinkStates(deps), status: () => readStatus(deps) }, deps);
  app.addHook('preClose', () => feed.stop());

  app.get(
    '/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['telemetry'],
        summary: 'Events: a list, or (Accept: text/event-stream) a stream',
        description:
          'The stream begins with a `snapshot` event (links, open proposals, plan, status) and goes on with every ' +
          'event of the log, named by its type. With `Last-Event-ID` it goes on after that event, with a snapshot ' +
          'only where some are gone; it has every event, whatever the filter. With `figures=true` it also has ' +
          '`links` (those whose figures changed) and `status`, without ids. The list is newest first, or with ' +
          '`after` oldest first; `next` goes into `before`, or into `after`.',
        querystring: EventQuery,
        response: { 200: listResponse(EventSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      if (wantsStream(request)) {
        const resumeAfter = lastEventId(request);
        hub.assertRoom();
        reply.hijack();
        const writer = new StreamWriter(reply.raw);
        writer.begin();
        feed.wake();
        const wantsFigures = request.query.figures === 'true';
        await hub.serve(writer, { resumeAfter, wantsFigures, snapshot: () => snapshot(deps, feed) });
        return reply;
      }
      const page = await queryEvents(events, request.query, limitOf(request, request.query.limit));
      const cursorName = request.query.after === undefined ? 'before' : 'after';
      return sendList(request, reply, EVENT_TABLE, page, cursorName);
    },
  );

  app.get(
    '/events/:id',
    {
      schema: {
        tags: ['telemetry'],
        summary: 'One event, and what was written about it',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: EventThreadSchema, ...problemResponses },
      },
    },
    async ({ params }) => {
      const event = await eventById(events, params.id);
      return { ...event, comments: await commentsOn(events, event.id) };
    },
  );

  app.post(
    '/events/:id/comments',
    {
      config: { rateLimit: { max: COMMENTS_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags: ['telemetry'],
        summary: 'Write something about an event',
        description: 'A comment is an event itself (type `comment`): live in the stream, and kept as long as events.',
        params: IdParams,
        querystring: NoQuery,
        body: CommentBody,
        response: { 201: EventThreadSchema, ...problemResponses },
      },
    },
    async ({ params, body }, reply) => {
      const event = await eventById(events, params.id);
      await events.append([commentOn(event, body, deps.clock.nowMs())]);
      return reply.code(201).send({ ...event, comments: await commentsOn(events, event.id) });
    },
  );
}

function wantsStream(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/event-stream') ?? false;
}

function lastEventId(request: FastifyRequest): string | null {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return null;
  if (typeof id !== 'string' || !isEventId(id)) {
    throw inputError('last-event-id', 'must be the id of an event of this stream', id);
  }
  return id;
}

/** Everything a screen needs to begin with. */
async function snapshot(deps: ApiDeps, feed: FigureFeed): Promise<Beginning> {
  const [{ tick, links: figures }, kept, proposals, plan, status] = await Promise.all([
    feed.snapshot(),
    readAcknowledgements(deps.store),
    deps.store.plans.openProposals(),
    deps.store.plans.latest(),
    readStatus(deps),
  ]);
  const links = figures.map((link) => withAcknowledgement(link, kept.get(link.id)?.value));
  return { content: { atMs: deps.clock.nowMs(), links, proposals, plan, status }, tick };
}
