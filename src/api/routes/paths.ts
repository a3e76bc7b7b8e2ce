import type { ApiDeps, ApiServer } from '../deps.ts';
import { readLinkStates } from '../link-view.ts';
import { PathSearch } from '../path-search.ts';
import { inputError, notFound } from '../problem.ts';
import { problemResponses } from '../schemas/common.ts';
import { PathQuery, PathsSchema } from '../schemas/paths.ts';

export function pathRoutes(app: ApiServer, deps: ApiDeps): void {
  const { network, nodeById } = deps.network;
  const search = new PathSearch(network);

  app.get(
    '/paths',
    {
      schema: {
        tags: ['network'],
        summary: 'Where traffic between two routers goes, and where else it could go',
        querystring: PathQuery,
        response: { 200: PathsSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { from, to, k = 3 } = request.query;
      if (!nodeById.has(from)) throw notFound('node', 'from', from);
      if (!nodeById.has(to)) throw notFound('node', 'to', to);
      if (from === to) throw inputError('to', 'must be another node than `from`', to);
      return search.between(from, to, k, await readLinkStates(deps));
    },
  );
}
