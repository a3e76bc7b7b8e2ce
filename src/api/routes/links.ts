import type { ApiDeps, ApiServer } from '../deps.ts';
import { queryLinks } from '../link-query.ts';
import { linkView, readLinkState, readLinkViews } from '../link-view.ts';
import { notFound } from '../problem.ts';
import { IdParams, List, NoQuery, problemResponses } from '../schemas/common.ts';
import { LinkQuery, LinkViewSchema } from '../schemas/links.ts';

export function linkRoutes(app: ApiServer, deps: ApiDeps): void {
  const { linkById } = deps.network;

  app.get(
    '/links',
    {
      schema: {
        tags: ['network'],
        summary: 'Links with their health',
        querystring: LinkQuery,
        response: { 200: List(LinkViewSchema), ...problemResponses },
      },
    },
    async (request) => queryLinks(await readLinkViews(deps), request.query),
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
