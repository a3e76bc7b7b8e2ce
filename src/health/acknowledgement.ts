import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { HEALTH_STATES, HealthState } from './link-state.ts';

/** Somebody has seen that a link is not well, and says so to all others. */
export const AcknowledgementSchema = Type.Object({
  linkId: Type.String(),
  /** Name of the token, or `local`. */
  by: Type.String(),
  atMs: Type.Number(),
  reason: Type.String(),
  /** How the link was when it was acknowledged. */
  state: HealthState,
  /** Newest event at that time: only later changes of state count. */
  afterEventId: Type.String(),
  /** When it was withdrawn or ended by itself; null while it stands. */
  endedAtMs: nullable(Type.Number()),
});
export type Acknowledgement = Static<typeof AcknowledgementSchema>;

/**
 * Whether what was acknowledged is still what is the matter. It ends when the link is healthy again, and when it gets
 * worse than it was: then it is another trouble, which nobody has looked at. This lies between the two kinds that
 * network monitoring knows: a sticky acknowledgement stays until recovery whatever happens, a normal one ends with any
 * change of state (Nagios, `ACKNOWLEDGE_SVC_PROBLEM`); a link that gets somewhat better does not need to be looked at
 * anew. Silence proves nothing: an acknowledgement outlives it (else a restart of a poller would end them all) and is
 * judged by what is measured next. A link that was acknowledged as silent is a new trouble with any other state.
 */
export function holds({ state: was }: Pick<Acknowledgement, 'state'>, now: HealthState): boolean {
  if (now === 'stale') return true;
  if (now === 'healthy' || was === 'stale') return false;
  return HEALTH_STATES.indexOf(now) <= HEALTH_STATES.indexOf(was);
}
