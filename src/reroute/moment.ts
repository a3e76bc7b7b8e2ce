import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { type Plan, type PlanInput, PlanTrigger } from './plan.ts';

const Count = Type.Integer({ minimum: 0 });

/** A moment of the last day that can be shown and planned again, in short: what a time slider needs. */
export const MomentSchema = Type.Object({
  planId: Type.String(),
  inputId: Type.String(),
  atMs: Type.Number({ description: 'time of the snapshot that the plan was made from' }),
  trigger: PlanTrigger,
  refused: nullable(Type.String({ description: 'code of the reason why nothing was planned' })),
  links: Type.Object({ healthy: Count, degraded: Count, unhealthy: Count, down: Count, stale: Count }),
  proposals: Type.Object({
    open: Type.Integer({ minimum: 0, description: 'stood before the plan' }),
    created: Count,
    revised: Count,
    closed: Count,
  }),
  mlu: nullable(Type.Object({ before: Type.Number(), after: Type.Number() })),
  movedBps: Type.Number(),
});
export type Moment = Static<typeof MomentSchema>;

/** The moment a plan was made at. */
export function momentOf(plan: Plan, input: Pick<PlanInput, 'links' | 'open'>): Moment {
  const links = { healthy: 0, degraded: 0, unhealthy: 0, down: 0, stale: 0 };
  for (const { state } of input.links) links[state] += 1;
  const { id, inputId, atMs, trigger, refused, created, revised, closed, mlu, movedBps } = plan;
  return {
    planId: id,
    ...{ inputId, atMs, trigger, links, mlu, movedBps },
    refused: refused?.code ?? null,
    proposals: {
      open: input.open.length,
      created: created.length,
      revised: revised.length,
      closed: closed.length,
    },
  };
}
