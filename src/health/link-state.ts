import { type Static, Type } from 'typebox';
import type { Link } from '../../topology/model.ts';
import type { Direction } from '../core/ids.ts';
import { nullable } from '../core/schema.ts';
import { AdminStatus, OperStatus } from '../telemetry/sample.ts';

/** From good to bad; `stale` stands beside the scale: nothing is known. */
export const HEALTH_STATES = ['healthy', 'degraded', 'unhealthy', 'down', 'stale'] as const;
export const HealthState = Type.Enum(HEALTH_STATES);
export type HealthState = (typeof HEALTH_STATES)[number];

export const PART_NAMES = ['status', 'loss', 'latency', 'utilisation', 'errors', 'flapping'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** One reason why a link lost points. */
export const ScorePartSchema = Type.Object({
  part: Type.Enum(PART_NAMES),
  level: Type.Union([Type.Literal('degraded'), Type.Literal('unhealthy'), Type.Literal('down')]),
  /** The arc it is about; null where it is about the link as a whole. */
  arc: nullable(Type.String()),
  points: Type.Number({ minimum: 0, maximum: 100, description: 'taken off 100' }),
  value: nullable(Type.Number({ description: 'in the unit of the threshold' })),
  threshold: nullable(Type.Number()),
  sinceMs: Type.Number({ description: 'when this level was reached' }),
  /** One sentence with figures and units. */
  text: Type.String(),
});
export type ScorePart = Static<typeof ScorePartSchema>;

/** The latest measured figures of one direction; null with a reason in `unknown` where not known. */
export const ArcStateSchema = Type.Object({
  loadBps: nullable(Type.Number({ minimum: 0 })),
  utilisation: nullable(Type.Number({ minimum: 0, description: '0..1, above 1 when the capacity on file is too low' })),
  /** All loss: wire and congestion together. */
  lossRatio: nullable(Type.Number({ minimum: 0, maximum: 1 })),
  wireLossRatio: nullable(Type.Number({ minimum: 0, maximum: 1 })),
  congestionLossRatio: nullable(Type.Number({ minimum: 0, maximum: 1 })),
  errorRatio: nullable(Type.Number({ minimum: 0, maximum: 1 })),
  latencyMs: nullable(Type.Number({ minimum: 0 })),
  isLatencyEstimated: Type.Optional(Type.Boolean({ description: 'the latency is half a round trip' })),
  capacityBps: Type.Optional(
    Type.Number({ minimum: 0, description: 'what the active members of an aggregate carry now, where it is one' }),
  ),
  baselineLatencyMs: nullable(Type.Number({ minimum: 0 })),
  /** What speaks for it since it last lost packets or got worse: packets that both ends counted, and those that are missing. */
  proof: Type.Optional(
    Type.Object({
      packets: Type.Number(),
      missing: Type.Number({ description: 'below 0 where the receiver counted more: the ends are not read at once' }),
      forMs: Type.Number({ minimum: 0, description: 'the time it covers' }),
    }),
  ),
  /** Why a figure is null, by its name: `{ "latencyMs": "no probe measures it" }`. */
  unknown: Type.Record(Type.String(), Type.String()),
});
export type ArcState = Static<typeof ArcStateSchema>;

export const EndStateSchema = Type.Object({
  adminStatus: nullable(AdminStatus),
  operStatus: nullable(OperStatus),
  /** Time of the newest sample by the device, and of its receipt by us; null before the first. */
  atMs: nullable(Type.Number()),
  receivedAtMs: nullable(Type.Number()),
});
export type EndState = Static<typeof EndStateSchema>;

/** The latest state of a link, as it stands in the store. */
export const LinkStateSchema = Type.Object({
  linkId: Type.String(),
  state: HealthState,
  /** 0 (worst) to 100; null when stale. */
  score: nullable(Type.Number({ minimum: 0, maximum: 100 })),
  /** When the present state began. */
  sinceMs: Type.Number(),
  /** Device time and receipt time of the newest sample of either end; null when never heard from. */
  atMs: nullable(Type.Number()),
  receivedAtMs: nullable(Type.Number()),
  /** Expected distance between samples; silence of three of them is stale. */
  intervalMs: nullable(Type.Number()),
  /** True when an end was shut by its operator: not a fault, and no way round either. */
  adminDown: Type.Boolean(),
  parts: Type.Array(ScorePartSchema),
  arcs: Type.Object({ az: ArcStateSchema, za: ArcStateSchema }),
  ends: Type.Object({ a: EndStateSchema, z: EndStateSchema }),
  /** One sentence: why this state. */
  reason: Type.String(),
});
export type LinkState = Static<typeof LinkStateSchema>;

/** What an arc's aggregate carries now, bit/s; absent or null where it is none, or tells nothing. */
interface ArcCapacity {
  readonly capacityBps?: number | null;
}

/**
 * What a direction of a link carries now, bit/s: its capacity on file, or what is left of it where its interface is an
 * aggregate that has lost members. LACP takes a member away from both directions, so where only one end tells of it,
 * both have less. 0 when no member is active.
 */
export function presentCapacityBps(
  link: Pick<Link, 'capacityBps'>,
  arcs: Readonly<Record<Direction, ArcCapacity>>,
  direction: Direction,
): number {
  const told = arcs[direction].capacityBps ?? arcs[direction === 'az' ? 'za' : 'az'].capacityBps;
  return Math.min(link.capacityBps[direction], told ?? Infinity);
}
