import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';

export const EVENT_TYPES = [
  'link-state',
  /** A person has seen that a link is not well; cleared: that is not so any more. */
  'link-acknowledged',
  'proposal-created',
  'proposal-revised',
  'proposal-applied',
  'proposal-verified',
  /** A change failed or made things worse, and is taken back. */
  'change-undone',
  /** A change cannot be taken back: parts of it are in the network. */
  'change-stuck',
  /** The network lost what a change had set, or has it again. */
  'change-lost',
  'proposal-closed',
  'guardrails-changed',
  'kill-switch',
  'maintenance',
  'plan-late',
  'plan-refused',
  'plan-failed',
  'view-lost',
  'view-restored',
  'device-silent',
  'device-back',
  'samples-refused',
  /** Discovery found the network different; `details.change` says how. */
  'topology-changed',
  /** What a person wrote about an earlier event; `details.eventId` names it. */
  'comment',
  'history-failed',
  'history-lost',
  'history-limit',
  /** A link's risk became high or critical, or is not any more. */
  'prediction',
  /** A model cannot be used, was trained, or another one answers from now on. */
  'model',
  /** What comes in no longer looks like what the model was trained on. */
  'drift',
  'service-started',
  'service-stopped',
] as const;

/** Severity as in RFC 8632; `info` for what needs nobody. */
export const SEVERITIES = ['critical', 'major', 'minor', 'warning', 'info'] as const;

export const NewEventSchema = Type.Object({
  atMs: Type.Number(),
  type: Type.Enum(EVENT_TYPES),
  severity: Type.Enum(SEVERITIES),
  /** True when this event ends what an earlier one began. */
  cleared: Type.Boolean(),
  linkId: nullable(Type.String()),
  deviceId: nullable(Type.String()),
  proposalId: nullable(Type.String()),
  /** One sentence for people. */
  message: Type.String(),
  /** Figures for machines; small. */
  details: Type.Record(Type.String(), Type.Unknown()),
});
export type NewEvent = Static<typeof NewEventSchema>;

/** An event as the log keeps it; ids grow. */
export const EventSchema = Type.Object({ id: Type.String(), ...NewEventSchema.properties });
export type Event = Static<typeof EventSchema>;
