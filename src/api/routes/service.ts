import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { readStatus, StatusSchema } from '../status.ts';

const DemandSummarySchema = Type.Object({
  source: nullable(Type.String({ description: '`measured`, `file` or `link-local`; null while none are known' })),
  atMs: nullable(Type.Number({ description: 'when they were measured; null for a file' })),
  count: Type.Integer(),
  totalBps: Type.Number(),
  tunnels: Type.Integer({ description: 'demands that an applied reroute takes off the IGP paths' }),
  largest: Type.Array(
    Type.Object({ id: Type.String(), source: Type.String(), target: Type.String(), bps: Type.Number() }),
    { description: 'the ten largest' },
  ),
});

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

  app.get(
    '/demands',
    {
      schema: {
        tags: ['network'],
        summary: 'What is known about the traffic',
        querystring: NoQuery,
        response: { 200: DemandSummarySchema, ...problemResponses },
      },
    },
    async () => demandSummary(deps),
  );
}

async function demandSummary({ store }: ApiDeps): Promise<Static<typeof DemandSummarySchema>> {
  const [set, { tunnels }] = await Promise.all([store.traffic.demands(), store.traffic.tunnels()]);
  const demands = set?.demands ?? [];
  return {
    source: set?.source ?? null,
    atMs: set?.atMs ?? null,
    count: demands.length,
    totalBps: demands.reduce((sum, { bps }) => sum + bps, 0),
    tunnels: tunnels.length,
    largest: [...demands]
      .sort((x, y) => y.bps - x.bps)
      .slice(0, 10)
      .map(({ id, source, target, bps }) => ({ id, source, target, bps })),
  };
}
