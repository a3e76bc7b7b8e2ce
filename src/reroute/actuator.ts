import { type Static, Type } from 'typebox';
import { TunnelSchema } from './tunnel.ts';

/** What a change of the network consists of: explicit paths (tunnels, segment lists) or IGP metrics. */
export const REALISATIONS = ['paths', 'metrics'] as const;
export type Realisation = (typeof REALISATIONS)[number];

/** A metric of one direction of a link, at the router it leaves from. */
export const MetricChangeSchema = Type.Object({
  arc: Type.String(),
  from: Type.Integer({ minimum: 1, maximum: 65_535 }),
  to: Type.Integer({ minimum: 1, maximum: 65_535 }),
});
export type MetricChange = Static<typeof MetricChangeSchema>;

/** What one step makes different, and what was there before it. Absolute, so that doing it twice is doing it once. */
export const StepChangeSchema = Type.Object({
  /** Tunnels to set up, by demand, and demands whose tunnel goes. */
  set: Type.Array(TunnelSchema),
  remove: Type.Array(Type.String()),
  /** Tunnels to restore when the step is taken back; demands of the step that are not among them follow the IGP. */
  before: Type.Array(TunnelSchema),
  metrics: Type.Array(MetricChangeSchema),
  /** Where demands go because of the metrics: not set up, but known, so that plans count them there. */
  follows: Type.Optional(Type.Array(TunnelSchema)),
});
export type StepChange = Static<typeof StepChangeSchema>;

/** Commands for one device or system, as they would be typed. */
export const CommandsSchema = Type.Object({ target: Type.String(), lines: Type.Array(Type.String()) });
export type Commands = Static<typeof CommandsSchema>;

/** One step of a change: after it the network is in a state that was checked. */
export const StepSchema = Type.Object({
  ...StepChangeSchema.properties,
  /** Unique to the step of this change; receivers know repetitions by it. */
  key: Type.String(),
  /** One sentence for people. */
  summary: Type.String(),
  commands: Type.Array(CommandsSchema),
});
export type Step = Static<typeof StepSchema>;

/** Where the network stands, as it is read back: as before the step, as after it, or neither. */
export interface Observation {
  readonly state: 'before' | 'after' | 'other' | 'unknown';
  /** One sentence: what was read. */
  readonly reason: string;
}

/** Whatever can bring a change into a network, and take it back. One conformance suite runs over all of them. */
export interface Actuator {
  readonly name: string;
  readonly realisations: readonly Realisation[];
  /** False where nothing is ever applied. */
  readonly changesNetwork: boolean;
  /**
   * The steps of a change with their commands; pure. `changeId` names the change. Throws UNREALISABLE for what this
   * actuator cannot carry out.
   */
  plan(changeId: string, changes: readonly StepChange[]): Step[];
  /** Carries one step out; to repeat it changes nothing. Rejects with ACTUATOR_FAILED. */
  apply(step: Step): Promise<void>;
  /** Reads back what the network has of a step. */
  observe(step: Step): Promise<Observation>;
  /**
   * Destinations (prefixes) that each of these routers (node ids) has a route to in its own table; its own ones too.
   * Routers that do not answer are left out. Absent where nothing of the kind can be asked.
   */
  destinations?(nodeIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Takes one step back; to repeat it changes nothing. Rejects with ACTUATOR_FAILED. */
  revert(step: Step): Promise<void>;
}

/** What a step needs to be carried out. */
export function realisationsOf({ set, remove, metrics }: StepChange): Realisation[] {
  const paths = set.length + remove.length > 0;
  return [...(paths ? (['paths'] as const) : []), ...(metrics.length > 0 ? (['metrics'] as const) : [])];
}
