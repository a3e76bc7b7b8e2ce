import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { MetricChangeSchema, StepSchema } from './actuator.ts';
import { ReachSchema } from './reachability.ts';

/** Somebody's consent to a revision of a proposal. */
export const ApprovalSchema = Type.Object({ by: Type.String(), atMs: Type.Number() });

/** What the twin says of one arc before and after a change, and what was then measured; bit/s. */
export const ArcFigureSchema = Type.Object({
  arc: Type.String(),
  beforeBps: Type.Number(),
  predictedBps: Type.Number(),
  /** Null where nothing was measured after the change. */
  measuredBps: nullable(Type.Number()),
  /** Loss ratio and delay (ms) before the change and after it, where they are measured. */
  lossBefore: nullable(Type.Number()),
  lossAfter: nullable(Type.Number()),
  latencyBeforeMs: nullable(Type.Number()),
  latencyAfterMs: nullable(Type.Number()),
});
export type ArcFigure = Static<typeof ArcFigureSchema>;

/** A change on its way into the network, or out of it: enough to go on after a crash at any point. */
export const ExecutionSchema = Type.Object({
  /** Names the change; steps are known by it to whoever carries them out. */
  id: Type.String(),
  actuator: Type.String(),
  direction: Type.Union([Type.Literal('forward'), Type.Literal('back')], {
    description: 'into the network, or out of it again step by step',
  }),
  by: Type.String(),
  /** True where nobody asked for it. */
  automatic: Type.Boolean(),
  /** Why it goes back; null on the way forward. */
  reason: nullable(Type.String()),
  /** What the proposal is once everything is taken back. */
  ends: Type.Union([Type.Literal('rolled-back'), Type.Literal('failed')]),
  startedAtMs: Type.Number(),
  /** When the last step was done, or tried. */
  stepAtMs: Type.Number(),
  /** Steps that are in the network. */
  done: Type.Integer({ minimum: 0 }),
  /** Tries of the present step that failed. */
  failures: Type.Integer({ minimum: 0 }),
  steps: Type.Array(StepSchema),
  /** Destinations in the routers' own tables before the change; absent where they cannot be asked. */
  reach: Type.Optional(ReachSchema),
  /** Metrics of an earlier revision that are in the network while this change begins. */
  held: Type.Optional(Type.Array(MetricChangeSchema)),
  /** Arcs whose load changes most, and all on new paths, up to a bound. */
  arcs: Type.Array(ArcFigureSchema),
});
export type Execution = Static<typeof ExecutionSchema>;

export const VERDICTS = ['pending', 'as-predicted', 'worse', 'unmeasured'] as const;

/** How a change turned out. */
export const VerificationSchema = Type.Object({
  verdict: Type.Enum(VERDICTS),
  atMs: Type.Number(),
  /** One sentence. */
  reason: Type.String(),
  /** Sum over arcs of |predicted - measured| over the sum of measured loads; null where nothing was measured. */
  loadError: nullable(Type.Number()),
  arcs: Type.Array(ArcFigureSchema),
});
export type Verification = Static<typeof VerificationSchema>;
