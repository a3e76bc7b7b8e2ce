import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { ScorePartSchema } from '../health/link-state.ts';
import { MetricChangeSchema } from './actuator.ts';
import { ApprovalSchema, ExecutionSchema, VerificationSchema } from './execution.ts';
import { MoveLogSchema } from './stability/settings.ts';
import { PathShareSchema, type Tunnel } from './tunnel.ts';

export { type PathShare, PathShareSchema, type Tunnel, TunnelSchema } from './tunnel.ts';

/** A path that was considered and not taken. */
export const RunnerUpSchema = Type.Object({
  arcs: Type.Array(Type.String()),
  latencyMs: Type.Number(),
  cost: Type.Number({ description: 'the cost the search minimises' }),
  /** One sentence: why this one lost. */
  reason: Type.String(),
});
export type RunnerUp = Static<typeof RunnerUpSchema>;

export const HeadroomSchema = Type.Object({
  arc: Type.String(),
  /** limit x capacity - load with every move of the plan counted, bit/s; the smallest on the new path. */
  bps: Type.Number(),
  utilisation: Type.Number({ description: 'of that arc, after all moves' }),
});

export const MoveSchema = Type.Object({
  demand: Type.String(),
  source: Type.String(),
  target: Type.String(),
  bps: Type.Number({ minimum: 0 }),
  from: Type.Array(PathShareSchema),
  to: Type.Array(PathShareSchema),
  latencyMs: Type.Object({ before: nullable(Type.Number()), after: Type.Number() }),
  worstHeadroom: HeadroomSchema,
  runnersUp: Type.Array(RunnerUpSchema),
});
export type Move = Static<typeof MoveSchema>;

/** Links that all ways pass: without one of them, or without capacity on it, the demand has no way. */
export const CutSchema = Type.Object({
  links: Type.Array(Type.String()),
  /** Node ids on the source side of the cut. */
  nodes: Type.Array(Type.String()),
  demands: Type.Array(Type.String()),
  bps: Type.Number({ description: 'traffic that cannot be moved because of it' }),
  reason: Type.String(),
});
export type Cut = Static<typeof CutSchema>;

export const PROPOSAL_STATUSES = [
  'proposed',
  'approved',
  'applying',
  'applied',
  'verified',
  'failed',
  'rolled-back',
  'dismissed',
  'expired',
  'superseded',
] as const;
export const ProposalStatus = Type.Enum(PROPOSAL_STATUSES);
export type ProposalStatus = (typeof PROPOSAL_STATUSES)[number];
/** Statuses in which a proposal still stands. */
export const OPEN_STATUSES: readonly ProposalStatus[] = ['proposed', 'approved', 'applying', 'applied', 'verified'];
/** Statuses in which everything of a proposal's revision is in the network. */
export const IN_FORCE_STATUSES: readonly ProposalStatus[] = ['applied', 'verified'];
/** Statuses in which a proposal's revision is not, or not wholly, in the network. */
const WAITING_STATUSES: readonly ProposalStatus[] = ['proposed', 'approved', 'applying'];

/** What set a proposal off. Its identity (with the network) is the proposal's identity. */
export const CauseSchema = Type.Object({
  kind: Type.Union([Type.Literal('unhealthy'), Type.Literal('overload'), Type.Literal('down')]),
  links: Type.Array(Type.String(), { description: 'sorted' }),
  /** When it began; a cause that ends and comes back is another one. */
  epochMs: Type.Number(),
});
export type Cause = Static<typeof CauseSchema>;

export const OrderDeadlockSchema = nullable(
  Type.Object({ demands: Type.Array(Type.String()), reason: Type.String(), offer: nullable(Type.String()) }),
);

export const ProposalSchema = Type.Object({
  id: Type.String(),
  /** Counts up when the same cause needs other moves. */
  revision: Type.Integer({ minimum: 1 }),
  status: ProposalStatus,
  kind: Type.Union([Type.Literal('reroute'), Type.Literal('no-safe-alternative')]),
  cause: CauseSchema,
  links: Type.Array(Type.String(), { description: 'links concerned' }),
  moves: Type.Array(MoveSchema),
  /** Demands to be moved together, step after step, make-before-break. Absent on proposals of older versions. */
  steps: Type.Optional(Type.Array(Type.Array(Type.String()))),
  /** Moves that no such order was found for, why, and a way out; null where all moves are in the steps. */
  orderDeadlock: Type.Optional(OrderDeadlockSchema),
  /** The metrics that move the traffic so, one after another, where explicit paths cannot be set. */
  metrics: Type.Optional(Type.Array(MetricChangeSchema)),
  /** Present where some or all of the traffic has no safe way. */
  cuts: Type.Array(CutSchema),
  why: Type.Object({
    /** One sentence for people. */
    summary: Type.String(),
    /** The score parts that caused it. */
    parts: Type.Array(ScorePartSchema),
    /** Demands that stay where they are, and why. */
    stayed: Type.Array(Type.Object({ demand: Type.String(), bps: Type.Number(), reason: Type.String() })),
  }),
  /** bit/s that are expected to be saved from loss by applying it. */
  expectedSavingBps: Type.Number({ minimum: 0 }),
  planId: Type.String(),
  createdAtMs: Type.Number(),
  updatedAtMs: Type.Number(),
  appliedAtMs: nullable(Type.Number()),
  closedAtMs: nullable(Type.Number()),
  closedReason: nullable(Type.String()),
  /** Demands that plans gave another way for it, of the last hour. */
  moveLog: Type.Optional(MoveLogSchema),
  /** Counts up with every step of its life. */
  sequence: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Who approved this revision. */
  approvals: Type.Optional(Type.Array(ApprovalSchema)),
  /** The change that brings it into the network; kept while it is there. */
  execution: Type.Optional(ExecutionSchema),
  /** Predicted against measured; absent before it was applied. */
  verification: Type.Optional(VerificationSchema),
  /** Since when its cause has been gone, where somebody has to decide that the traffic goes back. */
  returnDueAtMs: Type.Optional(nullable(Type.Number())),
  /** Why it was not applied automatically; absent where nothing held it back. */
  heldBack: Type.Optional(Type.String()),
  /** Since when the network is known to be otherwise than this revision was planned for: the next plan makes it anew. */
  outdatedAtMs: Type.Optional(Type.Number()),
  /** How often it was refused for that, over its revisions, since it was last carried out. */
  refusals: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Proposal = Static<typeof ProposalSchema>;

/** True where two causes are about the same trouble of the same links, whenever it began. */
export function isSameCause(one: Pick<Cause, 'kind' | 'links'>, other: Pick<Cause, 'kind' | 'links'>): boolean {
  return one.kind === other.kind && one.links.join('\n') === other.links.join('\n');
}

/** What lists, counts and histories need of a proposal: a few hundred bytes where the whole one may be a megabyte. */
export const ProposalBriefSchema = Type.Object({
  ...Type.Omit(ProposalSchema, [
    'moves',
    'steps',
    'metrics',
    'orderDeadlock',
    'cuts',
    'why',
    'execution',
    'verification',
  ]).properties,
  /** Number of moves, and their traffic together. */
  moves: Type.Integer({ minimum: 0 }),
  bps: Type.Number({ minimum: 0 }),
});
export type ProposalBrief = Static<typeof ProposalBriefSchema>;

export function briefOf(proposal: Proposal): ProposalBrief {
  const {
    moves,
    steps: _steps,
    orderDeadlock: _deadlock,
    metrics: _metrics,
    cuts: _cuts,
    why: _why,
    ...more
  } = proposal;
  const { execution: _execution, verification: _verification, ...rest } = more;
  return { ...rest, moves: moves.length, bps: moves.reduce((sum, move) => sum + move.bps, 0) };
}

/** The tunnels that a proposal wants. */
export function tunnelsOf({ id, moves }: Pick<Proposal, 'id' | 'moves'>): Tunnel[] {
  return moves.map(({ demand, source, target, to }) => ({ demand, source, target, paths: to, proposalId: id }));
}

/** True while a proposal still stands. */
export function isOpen({ status }: Pick<Proposal, 'status'>): boolean {
  return OPEN_STATUSES.includes(status);
}

/** True for a reroute that nobody has begun to carry out. */
export function waitsForApply({ status, kind }: Pick<Proposal, 'status' | 'kind'>): boolean {
  return (status === 'proposed' || status === 'approved') && kind === 'reroute';
}

/** True while all of a proposal is in the network. */
export function isInForce({ status }: Pick<Proposal, 'status'>): boolean {
  return IN_FORCE_STATUSES.includes(status);
}

/** True while a proposal's paths are intended, but not all of them in the network. */
export function isIntended({ status }: Pick<Proposal, 'status'>): boolean {
  return WAITING_STATUSES.includes(status);
}
