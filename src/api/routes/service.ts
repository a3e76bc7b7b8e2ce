import type { ApiDeps, ApiServer } from '../deps.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { readStatus, StatusSchema } from '../status.ts';

export function serviceRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/status',
    {
      schema: {
        tags: ['service'],
        summary: 'Everything in a few figures',
        querystring: NoQuery,
        response: { 200: StatusSchema, ...problemResponses },
      },
    },
    async () => readStatus(deps),
  );
}
