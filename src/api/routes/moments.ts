import { Type } from 'typebox';
import { ProposalSchema } from '../../reroute/proposal.ts';
import { readRecording } from '../../reroute/replay.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { momentView } from '../moments.ts';
import { inputError, notFound } from '../problem.ts';
import { IdParams, NoQuery, problemResponses } from '../schemas/common.ts';
import { MomentQuery, MomentsSchema, MomentViewSchema } from '../schemas/moments.ts';

const DAY_MS = 86_400_000;
const Id = Type.String({ minLength: 1, maxLength: 256 });

/** The last day, as plans saw it. To run a plan again: `POST /plans/{id}/replay`. */
export function momentRoutes(app: ApiServer, deps: ApiDeps): void {
  const { store, network, clock } = deps;

  app.get(
    '/moments',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'Moments of the last day that can be shown and planned again',
        description: 'One per plan, with links by state. Older inputs are forgotten early where they are very large.',
        querystring: MomentQuery,
        response: { 200: MomentsSchema, ...problemResponses },
      },
    },
    async ({ query }) => {
      const toMs = query.to ?? clock.nowMs();
      const fromMs = query.from ?? toMs - DAY_MS;
      if (fromMs > toMs) throw inputError('from', 'must not be later than to', fromMs);
      return { fromMs, toMs, items: await store.plans.moments(fromMs, toMs) };
    },
  );

  app.get(
    '/moments/:id',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'The network as a plan saw it: links, traffic, and the proposals that stood',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: MomentViewSchema, ...problemResponses },
      },
    },
    async ({ params }) => momentView(await readRecording(store, params.id), network),
  );

  app.get(
    '/moments/:id/reroutes/:rerouteId',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'A proposal as it stood at that moment',
        params: Type.Object({ id: Id, rerouteId: Id }),
        querystring: NoQuery,
        response: { 200: ProposalSchema, ...problemResponses },
      },
    },
    async ({ params }) => {
      const { input } = await readRecording(store, params.id);
      const found = input.open.find(({ id }) => id === params.rerouteId);
      if (!found) throw notFound('proposal that stood then', 'rerouteId', params.rerouteId);
      return found;
    },
  );
}
