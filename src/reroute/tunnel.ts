import { type Static, Type } from 'typebox';

/** A share of a demand on one path. Shares of one demand sum to 1. */
export const PathShareSchema = Type.Object({
  share: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  arcs: Type.Array(Type.String(), { description: 'arc ids from source to target' }),
});
export type PathShare = Static<typeof PathShareSchema>;

/** An explicit path (tunnel or segment list) that takes a demand away from the IGP's choice. */
export const TunnelSchema = Type.Object({
  demand: Type.String(),
  source: Type.String(),
  target: Type.String(),
  paths: Type.Array(PathShareSchema, { minItems: 1 }),
  proposalId: Type.String(),
});
export type Tunnel = Static<typeof TunnelSchema>;

/** The same shares on the same arcs, in the same order; nothing is the same as nothing. */
export function isSamePaths(one: readonly PathShare[] | undefined, other: readonly PathShare[] | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || one.length !== other?.length) return false;
  return one.every(({ share, arcs }, at) => {
    const there = other[at] as PathShare;
    return (
      share === there.share && arcs.length === there.arcs.length && arcs.every((arc, hop) => arc === there.arcs[hop])
    );
  });
}
