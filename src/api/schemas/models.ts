import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import { MODEL_KINDS, ModelCardSchema } from '../../predict/registry/card.ts';
import { Query } from './common.ts';

export const MODEL_ROLES = ['present', 'shadow', 'previous', 'idle'] as const;

/** A card with what the model is used for. */
export const ModelViewSchema = Type.Object({
  ...ModelCardSchema.properties,
  role: Type.Enum(MODEL_ROLES, { description: 'present answers; shadow predicts beside it, unseen, and is judged' }),
});
export type ModelView = Static<typeof ModelViewSchema>;

export const ModelQuery = Query({ kind: Type.Optional(Type.Enum(MODEL_KINDS)) });

export const ModelsSchema = Type.Object({
  items: Type.Array(ModelViewSchema),
  /** By kind: why the present model cannot be used; absent where it can. */
  problems: Type.Array(Type.Object({ kind: Type.Enum(MODEL_KINDS), problem: Type.String() })),
});
export type Models = Static<typeof ModelsSchema>;

/** How far what comes in now lies from what the present model was trained on. */
export const DriftSchema = Type.Object({
  updatedAtMs: nullable(Type.Number()),
  modelId: nullable(Type.String()),
  isDrifting: Type.Boolean(),
  sinceMs: nullable(Type.Number()),
  reason: nullable(Type.String()),
  /** Population stability index of each feature over the last day, the largest first. */
  features: Type.Array(
    Type.Object({ feature: Type.String(), psi: nullable(Type.Number()), isDrifting: Type.Boolean() }),
  ),
});
export type Drift = Static<typeof DriftSchema>;
