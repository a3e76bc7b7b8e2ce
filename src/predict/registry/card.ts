import { type Static, Type } from 'typebox';
import { compileSchema, nullable } from '../../core/schema.ts';

/** What kinds of models there are: each has a present one of its own. */
export const MODEL_KINDS = ['risk', 'forecast'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

/** Ids name folders, so they hold nothing that could lead out of theirs. */
export const MODEL_ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,79}$';
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Figure = nullable(Type.Number());

/** A group of figures of one model or rule on the same data: the model's own, or a baseline beside it. */
export const ScoredSchema = Type.Object({
  name: Type.String({ description: '`model`, or the rule it is compared with' }),
  metrics: Type.Record(Type.String(), Figure),
});

/** Everything there is to know of a model without opening it. */
export const ModelCardSchema = Type.Object({
  format: Type.Literal('detour-model/1'),
  id: Type.String({ pattern: MODEL_ID_PATTERN }),
  kind: Type.Enum(MODEL_KINDS),
  summary: Type.String(),
  trainedAtMs: Type.Number(),
  /** What it was trained on, and what its figures were measured on. */
  data: Type.Object({
    source: Type.String({ description: 'networks, scenario and seeds, or `history of NETWORK`' }),
    trainFromMs: Type.Number(),
    trainToMs: Type.Number(),
    testFromMs: nullable(Type.Number()),
    testToMs: nullable(Type.Number()),
    rows: Type.Integer({ minimum: 0 }),
    positives: nullable(Type.Integer({ minimum: 0 })),
  }),
  features: Type.Array(Type.String()),
  outputs: Type.Array(Type.String()),
  /** The model and, on the same rows, what it has to beat. */
  scores: Type.Array(ScoredSchema),
  /** The one figure by which models of a kind are compared, and which way is better. */
  yardstick: Type.Object({ metric: Type.String(), better: Type.Enum(['higher', 'lower']) }),
  gitCommit: nullable(Type.String()),
  seed: Type.Integer(),
  command: Type.String(),
  /** SHA-256 of the files beside this card. */
  files: Type.Record(Type.String(), Hash),
});
export type ModelCard = Static<typeof ModelCardSchema>;

export const modelCard = compileSchema(ModelCardSchema, 'MODEL');

/** The model's own figure by which it is compared; null where the card has none. */
export function yardstickOf({ scores, yardstick }: ModelCard): number | null {
  return scores.find(({ name }) => name === 'model')?.metrics[yardstick.metric] ?? null;
}
