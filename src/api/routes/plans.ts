import { DetourError } from '../../core/errors.ts';
import { PlanSchema } from '../../reroute/plan.ts';
import { ReplaySchema } from '../../reroute/replay.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { allowEmptyBody } from '../plugins/bodies.ts';
import { notFound } from '../problem.ts';
import { IdParams, NoBody, NoQuery, problemResponses } from '../schemas/common.ts';

/** Plans that one address may ask for in a minute: each takes the planner for itself. */
const PLANS_PER_MINUTE = 30;

export function planRoutes(app: ApiServer, deps: ApiDeps): void {
  const { plans } = deps.store;

  app.get(
    '/plans/latest',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'The newest plan',
        querystring: NoQuery,
        response: { 200: PlanSchema, ...problemResponses },
      },
    },
    async () => {
      const plan = await plans.latest();
      if (!plan)
        throw new DetourError('NOT_FOUND', 'no plan was made yet', { hint: 'the first one comes within 2 min' });
      return plan;
    },
  );

  app.get(
    '/plans/:id',
    {
      schema: {
        tags: ['reroutes'],
        summary: 'One plan of the last 24 hours',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: PlanSchema, ...problemResponses },
      },
    },
    async (request) => {
      const plan = await plans.plan(request.params.id);
      if (!plan) throw notFound('plan', 'id', request.params.id);
      return plan;
    },
  );

  app.post(
    '/plans/:id/replay',
    {
      preValidation: allowEmptyBody,
      config: { rateLimit: { max: PLANS_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags: ['reroutes'],
        summary: 'Run a stored plan again on the input it was made from, and compare',
        description: 'Nothing is written or applied. Inputs are kept for 24 hours.',
        params: IdParams,
        querystring: NoQuery,
        body: NoBody,
        response: { 200: ReplaySchema, ...problemResponses },
      },
    },
    async (request) => deps.replayPlan(request.params.id),
  );

  app.post(
    '/plans',
    {
      preValidation: allowEmptyBody,
      config: { rateLimit: { max: PLANS_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags: ['reroutes'],
        summary: 'Plan now, and wait for the plan',
        querystring: NoQuery,
        body: NoBody,
        response: { 201: PlanSchema, ...problemResponses },
      },
    },
    async (_request, reply) => {
      const plan = await deps.planNow();
      return reply
        .code(201)
        .header('location', `/api/v1/plans/${encodeURIComponent(plan.id)}`)
        .send(plan);
    },
  );
}
