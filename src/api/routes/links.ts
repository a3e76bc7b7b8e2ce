import type { ApiDeps, ApiServer } from '../deps.ts';
import { queryLinks } from '../link-query.ts';
import { linkView, readLinkState, readLinkViews } from '../link-view.ts';
import { limitOf, listResponse, sendList } from '../list-answer.ts';
import { notFound } from '../problem.ts';
import { IdParams, NoQuery, problemResponses } from '../schemas/common.ts';
import { LinkQuery, LinkViewSchema } from '../schemas/links.ts';
import { LINK_TABLE } from '../tables.ts';

export function linkRoutes(app: ApiServer, deps: ApiDeps): void {
  const { linkById } = deps.network;

  app.get(
    '/links',
    {
      schema: {
        tags: ['network'],
        summary: 'Links with their health',
        querystring: LinkQuery,
        response: { 200: listResponse(LinkViewSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const query = { ...request.query, limit: limitOf(request, request.query.limit) };
      return sendList(request, reply, LINK_TABLE, queryLinks(await readLinkViews(deps), query));
    },
  );

  app.get(
    '/links/:id',
    {
      schema: {
        tags: ['network'],
        summary: 'One link',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: LinkViewSchema, ...problemResponses },
      },
    },
    async (request) => {
      const link = linkById.get(request.params.id);
      if (!link) throw notFound('link', 'id', request.params.id);
      return linkView(link, await readLinkState(deps, link.id));
    },
  );
}
