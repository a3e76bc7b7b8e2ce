import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { LinkStateSchema } from '../health/link-state.ts';
import { CauseSchema, type Proposal, ProposalSchema, TunnelSchema } from './proposal.ts';
import { MoveLogSchema, StabilitySchema } from './stability/settings.ts';

export const DemandRecord = Type.Object({
  id: Type.String(),
  source: Type.String(),
  target: Type.String(),
  bps: Type.Number({ minimum: 0 }),
  class: nullable(Type.String()),
});

/** What is known about the traffic. */
export const DemandSetSchema = Type.Object({
  /**
   * `measured` by the network, a `file`, `estimated` from link loads, or one demand per link (`link-local`) where
   * nothing else is known.
   */
  source: Type.Enum(['measured', 'file', 'estimated', 'link-local']),
  /** When it was measured; null for a file. */
  atMs: nullable(Type.Number()),
  demands: Type.Array(DemandRecord),
  /** Of an estimate: sum over arcs of |modelled - measured load| over sum of measured loads. */
  residual: Type.Optional(Type.Number({ minimum: 0 })),
});
export type DemandSet = Static<typeof DemandSetSchema>;

export const PlanLimitsSchema = Type.Object({
  /** Highest utilisation (0..1) an arc may end at. */
  utilisationLimit: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** An overloaded arc is relieved to limit - margin, so that it does not flap around the limit. */
  holdMargin: Type.Number({ minimum: 0, maximum: 0.5 }),
  /** A cause must be gone this long before its reroute is taken back, ms. */
  holdMs: Type.Number({ minimum: 0 }),
  /** More than this share of stale links: the view is lost and nothing is planned. */
  maxStaleShare: Type.Number({ minimum: 0, maximum: 1 }),
  /** Demands older than this are not planned with, ms. */
  maxDemandAgeMs: Type.Number({ minimum: 0 }),
  /** How reluctant plans are to move traffic; without it they only wait for `holdMs`. */
  stability: Type.Optional(StabilitySchema),
});
export type PlanLimits = Static<typeof PlanLimitsSchema>;

/**
 * Everything a plan depends on, kept for 24 h: the same input gives the same plan. The network itself is named by
 * its hash; the store keeps one copy per hash.
 */
export const PlanInputSchema = Type.Object({
  networkHash: Type.String(),
  atMs: Type.Number({ description: 'time of the snapshot' }),
  links: Type.Array(LinkStateSchema, { description: 'one per link of the network, staleness already applied' }),
  demands: DemandSetSchema,
  tunnels: Type.Array(TunnelSchema),
  /** Proposals that were open, so that one that still holds is kept. */
  open: Type.Array(ProposalSchema),
  /** Proposals that were closed lately: their ids are taken, and what a person rolled back is not proposed again. */
  closed: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        closedAtMs: Type.Number(),
        byRequest: Type.Boolean(),
        /** What it was about and which moves were made for it: links that keep changing are damped by it. */
        cause: Type.Optional(CauseSchema),
        links: Type.Optional(Type.Array(Type.String())),
        createdAtMs: Type.Optional(Type.Number()),
        moveLog: Type.Optional(MoveLogSchema),
      }),
    ),
  ),
  /** Links that are likely to fail soon, and why: no traffic is led onto them. Absent where risks are not heeded. */
  atRisk: Type.Optional(Type.Array(Type.Object({ linkId: Type.String(), reason: Type.String() }))),
  limits: PlanLimitsSchema,
  /** Where only metrics can be set: reroutes are planned as such. Explicit paths where left out. */
  realisation: Type.Optional(Type.Literal('metrics')),
  /** Changes are made by themselves: what is of use only within the next seconds is planned, too. */
  actsAtOnce: Type.Optional(Type.Boolean()),
  /** The id of an open proposal: a look at its cause alone, as if it did not stand. No plan that is kept has it. */
  anew: Type.Optional(Type.String()),
});
export type PlanInput = Static<typeof PlanInputSchema>;

export const PlanTrigger = Type.Union([
  Type.Literal('schedule'),
  Type.Literal('link-event'),
  Type.Literal('request'),
  Type.Literal('start'),
  /** The last plan was refused: whether it can be made now. */
  Type.Literal('retry'),
]);
export type PlanTrigger = Static<typeof PlanTrigger>;

/** How good a solution is, proven: no way of moving these demands does better than the bounds. */
export const ProofSchema = Type.Object({
  /** One sentence for people. */
  summary: Type.String(),
  /** Demands that were free to move. */
  movable: Type.Integer({ minimum: 0 }),
  mlu: Type.Number({ description: 'highest utilisation with the moves' }),
  mluBound: Type.Number({ description: 'the lowest possible by moving these demands' }),
  /** mlu / mluBound - 1. */
  gap: Type.Number({ minimum: 0 }),
  overloadBps: Type.Number(),
  overloadBoundBps: Type.Number(),
  /** Prices per arc from which the bound on the highest utilisation follows. */
  arcPrices: Type.Record(Type.String(), Type.Number()),
});
export type Proof = Static<typeof ProofSchema>;

export const PlanSchema = Type.Object({
  id: Type.String(),
  inputId: Type.String(),
  trigger: PlanTrigger,
  /** Time of the snapshot it was made from, and when it was finished. */
  atMs: Type.Number(),
  finishedAtMs: Type.Number(),
  elapsedMs: Type.Number(),
  /** Null when it was made; else why nothing was planned (view lost, demands too old). */
  refused: nullable(Type.Object({ code: Type.String(), reason: Type.String() })),
  badLinks: Type.Array(Type.String()),
  staleLinks: Type.Array(Type.String()),
  /** Ids of proposals by what happened to them in this cycle. */
  created: Type.Array(Type.String()),
  kept: Type.Array(Type.String()),
  revised: Type.Array(Type.String()),
  closed: Type.Array(Type.String()),
  /** Highest modelled utilisation before and after the plan's moves; null when refused. */
  mlu: nullable(Type.Object({ before: Type.Number(), after: Type.Number() })),
  demandSource: Type.String(),
  movedBps: Type.Number(),
  /** One for each set of demands that was moved together. */
  proofs: Type.Array(ProofSchema),
});
export type Plan = Static<typeof PlanSchema>;

/** What a planning run wants written: the plan and the proposals that changed, in their new form. */
export interface PlanOutcome {
  readonly plan: Omit<Plan, 'finishedAtMs' | 'elapsedMs'>;
  /** New, revised and closed proposals; kept ones are not written again. */
  readonly changed: readonly Proposal[];
}
