import { Type } from 'typebox';
import { ChangeSchema } from '../../reroute/change.ts';
import { WhatIfSchema } from '../../reroute/what-if.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { allowEmptyBody } from '../plugins/bodies.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';

/** Each takes a plan's worth of work, in a thread of its own. */
const WHAT_IFS_PER_MINUTE = 30;
/** A factor per demand of a large network. */
const BODY_LIMIT_BYTES = 4 << 20;
const TOP = 20;

const WhatIfBody = Type.Object(
  {
    ...ChangeSchema.properties,
    top: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        default: TOP,
        description: 'arcs whose loads are told, fullest first',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'what is imagined to be different; nothing: what would be planned now',
    examples: [
      { fail: ['STTL-SNVA'] },
      { drain: ['CHIN-NYCM:az'], scale: 1.3 },
      { fail: ['pacific'], capacityBps: { 'DNVR-KSCY': 4e10 }, scale: { 'STTL>WASH': 2 }, top: 50 },
    ],
  },
);

export function whatIfRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/what-if',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      preValidation: allowEmptyBody,
      config: { rateLimit: { max: WHAT_IFS_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags: ['reroutes'],
        summary: 'What would be planned if links failed or were drained, or capacity or traffic were other',
        description:
          'Starts from the live network and plans with the same code as the job. Nothing is written or applied. ' +
          'Figures are given as they are `now`, `before` any move with the change, and `after` all moves.',
        querystring: NoQuery,
        body: WhatIfBody,
        response: { 200: WhatIfSchema, ...problemResponses },
      },
    },
    async ({ body: { top = TOP, ...change } }) => deps.whatIf(change, top),
  );
}
