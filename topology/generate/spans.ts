import { distanceKm } from '../geo.ts';
import type { PerDirection, Tier } from '../model.ts';
import type { Router } from './routers.ts';

/** Two routers that are to be joined, by one link or several. */
export interface Span {
  readonly a: Router;
  readonly z: Router;
  /** Tier of the link: the lower one of its ends. */
  readonly tier: Tier;
  /** Spans of one group stand in for each other and get the same capacity: a ring, the two ways to the core. */
  readonly group: string | null;
  /** Great-circle distance. */
  readonly distanceKm: number;
}

export function spanBetween(a: Router, z: Router, tier: Tier, group: string | null = null): Span {
  return { a, z, tier, group, distanceKm: distanceKm(a, z) };
}

/** A link while it is being made. */
export interface DraftLink {
  readonly id: string;
  readonly span: Span;
  readonly latencyMs: number;
  readonly metric: PerDirection<number>;
  readonly capacityBps: number;
  /** Angle at which its conduit leaves beside the straight way, degrees; 0 for the straight one. */
  readonly swingDegrees: number;
}
