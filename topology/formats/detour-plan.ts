import { type Static, Type } from 'typebox';
import { compileSchema, nullable } from '../../src/core/schema.ts';

/** Format `detour-plan/1`: a plan with its proof, as `detour plan --json` prints it and `detour verify` checks it. */

const Bps = (description: string) => Type.Number({ minimum: 0, description });

const Metric = Type.Number({ exclusiveMinimum: 0, description: 'IGP cost' });

export const PlanPathSchema = Type.Object({
  share: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1 + 1e-9,
    description: 'part of the demand; shares of a demand sum to 1',
  }),
  arcs: Type.Array(Type.String(), { description: 'arc ids, source to target' }),
});
export type PlanPath = Static<typeof PlanPathSchema>;

export const PlanFiguresSchema = Type.Object({
  lostBps: Bps('traffic that does not arrive'),
  overloadBps: Bps('sum over surviving arcs of max(0, load - limit x capacity)'),
  mlu: Type.Number({ minimum: 0, description: 'highest load / capacity over surviving arcs' }),
  cost: Type.Number({
    minimum: 0,
    description: 'Fortz-Thorup cost (INFOCOM 2000), sum over surviving arcs, loads and capacities in Gbit/s',
  }),
});
export type PlanFigures = Static<typeof PlanFiguresSchema>;

export const PlanMoveSchema = Type.Object({
  demand: Type.String(),
  from: Type.Array(PlanPathSchema),
  to: Type.Array(PlanPathSchema),
  extra: Type.Boolean({ description: 'true where the demand was not affected itself' }),
  why: Type.Record(Type.String(), Type.Unknown()),
});
export type PlanMove = Static<typeof PlanMoveSchema>;

const ArcPrices = Type.Record(Type.String(), Type.Number({ minimum: 0 }));

export const PlanBoundSchema = Type.Object({
  /** Demands that the bound lets move: affected and extra ones. */
  movable: Type.Array(Type.String()),
  mlu: Type.Number({ minimum: 0 }),
  /** after.mlu / bound.mlu - 1. */
  gap: Type.Number({ minimum: 0 }),
  arcPrices: ArcPrices,
  overloadBps: Bps('no routing of the movable demands has less overload'),
  overloadPrices: ArcPrices,
});
export type PlanBound = Static<typeof PlanBoundSchema>;

export const DetourPlanSchema = Type.Object({
  format: Type.Literal('detour-plan/1'),
  base: Type.Union([Type.Literal('igp'), Type.Literal('pinned')]),
  realisation: Type.Union([Type.Literal('explicit'), Type.Literal('metrics')]),
  failed: Type.Array(Type.String(), { description: 'link ids' }),
  avoided: Type.Array(Type.String(), { description: 'arc ids' }),
  /** Arcs to relieve: named ones, or with `auto` those that were above their limit before. */
  relieved: Type.Array(Type.String()),
  /** Who chose them: `auto` (also where it is left out) are all that were above their limit, no more and no fewer. */
  relieve: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('named')])),
  /** Demands that were to be left alone, whatever concerns them; they are not movable. */
  kept: Type.Optional(Type.Array(Type.String())),
  /** Arcs that nothing is known of: they keep their traffic and get none. */
  stale: Type.Array(Type.String()),
  limit: Type.Number({ exclusiveMinimum: 0 }),
  /** Limits that differ from `limit`, by link id. */
  limits: Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0 })),
  maxExtraMoves: Type.Integer({ minimum: 0 }),
  before: PlanFiguresSchema,
  after: PlanFiguresSchema,
  moves: Type.Array(PlanMoveSchema),
  metricChanges: Type.Array(Type.Object({ arc: Type.String(), from: Metric, to: Metric })),
  /** Demand ids (explicit) or arc ids (metrics) that change together, one group after another. */
  steps: Type.Array(Type.Array(Type.String())),
  orderDeadlock: nullable(
    Type.Object({ demands: Type.Array(Type.String()), reason: Type.String(), offer: nullable(Type.String()) }),
  ),
  unavoidable: Type.Object({
    lostBps: Bps('traffic of demands that no path connects'),
    demands: Type.Array(Type.String()),
    /** Sets of nodes that no surviving arc leaves; each unconnected demand has its source in one and its target outside. */
    partitions: Type.Array(Type.Object({ nodes: Type.Array(Type.String()) })),
  }),
  stayed: Type.Array(Type.Object({ demand: Type.String(), arc: Type.String(), reason: Type.String() })),
  bound: PlanBoundSchema,
  elapsedMs: Type.Number({ minimum: 0 }),
});
export type DetourPlan = Static<typeof DetourPlanSchema>;

/** Checks the shape of a plan; whether it is true is `verify`'s to say. */
export const detourPlan = compileSchema(DetourPlanSchema, 'INVALID_INPUT');
