import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import { HEALTH_STATES, LinkStateSchema } from '../../health/link-state.ts';
import { Cursor, Limit, PerDirection, Query } from './common.ts';

const { linkId: _sameAsId, ...stateProperties } = LinkStateSchema.properties;

/** What is on file about a link, and how it is. */
export const LinkViewSchema = Type.Object({
  id: Type.String(),
  a: Type.String({ description: 'node id' }),
  z: Type.String({ description: 'node id' }),
  aInterface: nullable(Type.String()),
  zInterface: nullable(Type.String()),
  capacityBps: PerDirection,
  presentCapacityBps: Type.Object(PerDirection.properties, {
    description: 'what the active members of aggregates carry now, bit/s; elsewhere the capacity on file',
  }),
  latencyMs: PerDirection,
  metric: PerDirection,
  srlgs: Type.Array(Type.String()),
  ...stateProperties,
  acknowledged: nullable(
    Type.Object(
      { by: Type.String(), atMs: Type.Number(), reason: Type.String() },
      { description: 'who has seen that it is not well; ends when it is healthy again or gets worse' },
    ),
  ),
});
export type LinkView = Static<typeof LinkViewSchema>;

/** A link of the list, with what is expected of it. */
export const ListedLinkSchema = Type.Object({
  ...LinkViewSchema.properties,
  forecastPeak: nullable(
    Type.Object(
      { utilisation: Type.Number(), atMs: Type.Number() },
      { description: 'highest median utilisation of both directions in the next six hours; null without a forecast' },
    ),
  ),
});
export type ListedLink = Static<typeof ListedLinkSchema>;

export const LINK_SORTS = ['id', 'score', 'state', 'utilisation', 'loss', 'forecastPeak'] as const;
export type LinkSort = (typeof LINK_SORTS)[number];
const SORTS = [...LINK_SORTS, ...LINK_SORTS.map((name) => `-${name}` as const)];

const Score = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 100, description }));

export const LinkQuery = Query({
  state: Type.Optional(
    Type.Array(Type.Enum(HEALTH_STATES), {
      minItems: 1,
      maxItems: 20,
      description: 'one or more, repeated or separated by commas',
    }),
  ),
  minScore: Score('leaves out worse ones and those without a score'),
  maxScore: Score('leaves out better ones and those without a score'),
  node: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'links that end at this node' })),
  srlg: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'links of this shared-risk group' })),
  acknowledged: Type.Optional(
    Type.Enum(['true', 'false'], { description: 'false: those that nobody has acknowledged, healthy ones too' }),
  ),
  q: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'text in the id, the nodes or the interfaces' }),
  ),
  sort: Type.Optional(
    Type.Enum(SORTS, { default: 'id', description: 'a minus sign turns the order round; state: worst last' }),
  ),
  limit: Limit,
  cursor: Cursor,
});
export type LinkQuery = Static<typeof LinkQuery>;
