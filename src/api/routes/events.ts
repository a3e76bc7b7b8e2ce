import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { EventSchema } from '../../store/events.ts';
import { type ApiDeps, type ApiServer, STREAM_LIMITS } from '../deps.ts';
import type { EventHub } from '../event-hub.ts';
import { readLinkViews } from '../link-view.ts';
import { inputError } from '../problem.ts';
import { Limit, List, problemResponses, Query } from '../schemas/common.ts';
import { isEventId, StreamWriter } from '../sse.ts';
import { readStatus } from '../status.ts';

const EventQuery = Query({
  after: Type.Optional(
    Type.String({ minLength: 1, maxLength: 41, description: 'id of an event: later ones, oldest first' }),
  ),
  limit: Limit,
});

export function eventRoutes(app: ApiServer, deps: ApiDeps, hub: EventHub): void {
  const limits = { ...STREAM_LIMITS, ...deps.stream };
  const { events } = deps.store;

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
          'only where some are gone. The list is newest first, or with `after` oldest first.',
        querystring: EventQuery,
        response: { 200: List(EventSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      if (wantsStream(request)) {
        const resumeAfter = lastEventId(request);
        hub.assertRoom();
        reply.hijack();
        const writer = new StreamWriter(reply.raw, limits.maxBufferedBytes);
        writer.begin();
        await hub.serve(writer, resumeAfter, () => snapshot(deps));
        return reply;
      }
      const { after, limit = 100 } = request.query;
      if (after === undefined) return { items: await events.latest(limit), next: null };
      if (!isEventId(after)) throw inputError('after', 'must be the id of an event', after);
      const items = await events.read(after, { limit, blockMs: 0 });
      return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : null };
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
async function snapshot(deps: ApiDeps): Promise<unknown> {
  const [links, proposals, plan, status] = await Promise.all([
    readLinkViews(deps),
    deps.store.plans.openProposals(),
    deps.store.plans.latest(),
    readStatus(deps),
  ]);
  return {
    atMs: deps.clock.nowMs(),
    links,
    proposals,
    plan,
    status,
  };
}
