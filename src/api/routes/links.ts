import type { ApiDeps, ApiServer } from '../deps.ts';
import { queryLinks } from '../link-query.ts';
import { linkUsersReader } from '../link-users.ts';
import { readLinkView, readListedLinks } from '../link-view.ts';
import { limitOf, listResponse, sendList } from '../list-answer.ts';
import { notFound } from '../problem.ts';
import { IdParams, NoQuery, problemResponses } from '../schemas/common.ts';
import { LinkUsersQuery, LinkUsersSchema } from '../schemas/link-users.ts';
import { LinkQuery, LinkViewSchema, ListedLinkSchema } from '../schemas/links.ts';
import { LINK_TABLE } from '../tables.ts';

/** Each may route all demands anew. */
const USERS_PER_MINUTE = 240;

export function linkRoutes(app: ApiServer, deps: ApiDeps): void {
  const { linkById } = deps.network;

  app.get(
    '/links',
    {
      schema: {
        tags: ['network'],
        summary: 'Links with their health',
        querystring: LinkQuery,
        response: { 200: listResponse(ListedLinkSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const query = { ...request.query, limit: limitOf(request, request.query.limit) };
      return sendList(request, reply, LINK_TABLE, queryLinks(await readListedLinks(deps), query));
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
      return readLinkView(deps, link);
    },
  );

  const linkUsers = linkUsersReader(deps);
  app.get(
    '/links/:id/demands',
    {
      config: { rateLimit: { max: USERS_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags: ['network'],
        summary: 'Whose traffic a link carries, by the model',
        params: IdParams,
        querystring: LinkUsersQuery,
        response: { 200: LinkUsersSchema, ...problemResponses },
      },
    },
    async ({ params, query }) => {
      if (!linkById.has(params.id)) throw notFound('link', 'id', params.id);
      return linkUsers(params.id, query.limit ?? 20);
    },
  );
}
