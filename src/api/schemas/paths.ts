import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import { HealthState } from '../../health/link-state.ts';
import { Query } from './common.ts';

const NodeId = (description: string) => Type.String({ minLength: 1, maxLength: 256, description });

export const PathQuery = Query({
  from: NodeId('node id'),
  to: NodeId('node id'),
  k: Type.Optional(Type.Integer({ minimum: 1, maximum: 5, default: 3, description: 'most alternatives' })),
});

const PathFacts = {
  arcs: Type.Array(Type.String(), { description: 'arc ids in order' }),
  nodes: Type.Array(Type.String(), { description: 'node ids in order' }),
  latencyMs: Type.Number({ description: 'one way; measured where it is known, else as on file' }),
  metric: Type.Number({ description: 'sum of the IGP costs' }),
  worstUtilisation: nullable(
    Type.Number({ description: 'highest measured on the way; null when no arc of it is measured' }),
  ),
  worstState: HealthState,
};

export const PathsSchema = Type.Object({
  from: Type.String(),
  to: Type.String(),
  igp: Type.Array(
    Type.Object({ share: Type.Number({ description: 'of the traffic, by equal-cost multi-path' }), ...PathFacts }),
    { description: 'where the IGP sends traffic now; empty when there is no way' },
  ),
  alternatives: Type.Array(Type.Object(PathFacts), {
    description: 'by latency, without loops, over links that are neither bad nor stale',
  }),
  avoided: Type.Array(Type.String(), { description: 'links the alternatives keep away from' }),
});
export type Paths = Static<typeof PathsSchema>;
