import { type Static, Type } from 'typebox';
import type { Actuator } from './actuator.ts';

/** Routers and destinations that are asked about for one change; beyond that the first ones stand for all. */
const MAX_ROUTERS = 40;
const MAX_DESTINATIONS = 500;

/** Destinations (prefixes) by router, as the routers' own tables have them. */
export const ReachSchema = Type.Record(Type.String(), Type.Array(Type.String()));
export type Reach = Static<typeof ReachSchema>;

/** Nodes between which traffic moves. */
interface Ends {
  readonly source: string;
  readonly target: string;
}

/**
 * What the routers at both ends of the moved traffic can reach, by their own tables; null where nobody can be asked. A
 * router that does not answer is left out: nothing is concluded from silence.
 */
export async function readReach(
  actuator: Actuator,
  { moves }: { readonly moves: readonly Ends[] },
): Promise<Reach | null> {
  if (!actuator.destinations) return null;
  const nodes = [...new Set(moves.flatMap(({ source, target }) => [source, target]))].sort().slice(0, MAX_ROUTERS);
  const tables = await actuator.destinations(nodes).catch(() => null);
  if (!tables) return null;
  return Object.fromEntries([...tables].map(([node, prefixes]) => [node, prefixes.slice(0, MAX_DESTINATIONS)]));
}

/**
 * What became unreachable: `router` had a route to `destination` before, has none now, and the destination is still
 * there, as another router (its own, say) still knows it. A prefix that nobody has any more was a link that went down.
 */
export function lostReach(before: Reach, now: Reach): { router: string; destination: string }[] {
  const known = new Set(Object.values(now).flat());
  return Object.entries(before).flatMap(([router, destinations]) => {
    const present = now[router];
    if (!present) return [];
    const has = new Set(present);
    return destinations.flatMap((destination) =>
      has.has(destination) || !known.has(destination) ? [] : [{ router, destination }],
    );
  });
}
