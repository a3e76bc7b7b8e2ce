import { type Static, Type } from 'typebox';
import { compileSchema } from '../src/core/schema.ts';
import { PlanTrigger } from '../src/reroute/plan.ts';

/** Names of the queues; BullMQ keeps them under the network's own key prefix. */
export const QUEUES = {
  plan: 'plan',
  retention: 'retention',
  discovery: 'discovery',
  predict: 'predict',
  forecast: 'forecast',
  evaluate: 'evaluate',
  train: 'train',
} as const;

/** What a plan job carries. */
export const PlanJobSchema = Type.Object({ trigger: PlanTrigger }, { additionalProperties: false });
export type PlanJob = Static<typeof PlanJobSchema>;

/** What a plan job answers; the plan itself is in the store. */
export const PlanJobResultSchema = Type.Object({ planId: Type.String() });
export type PlanJobResult = Static<typeof PlanJobResultSchema>;

export const planJob = compileSchema(PlanJobSchema, 'INVALID_INPUT');
export const planJobResult = compileSchema(PlanJobResultSchema, 'INTERNAL');
