import type { NetworkNode } from '../../../topology/model.ts';
import { fnv1a } from '../../core/rng.ts';

/** A place on the globe, degrees. */
export interface Position {
  readonly lat: number;
  readonly lon: number;
  /** True where the network file does not say: it was put near its neighbours. */
  readonly estimated: boolean;
}

/** How far from the middle of its neighbours a node is put, degrees. */
const ASIDE = 0.6;
/** How far south of all others nodes are put that nothing ties to a place. */
const BELOW = 4;

/** Positions for all nodes where some have one: others go near their neighbours, and what has none below the map. */
export function geographicLayout(
  nodes: readonly Pick<NetworkNode, 'id' | 'lat' | 'lon'>[],
  adjacency: readonly (readonly number[])[],
): Position[] {
  const positions: (Position | undefined)[] = nodes.map(({ lat, lon }) =>
    lat === null || lon === null ? undefined : { lat, lon, estimated: false },
  );
  for (let ready = placeable(positions, adjacency); ready.length > 0; ready = placeable(positions, adjacency)) {
    // All of a round at once: who is placed first must not depend on the order of the file.
    const placed = ready.map((node) => [node, beside(idOf(nodes, node), node, positions, adjacency)] as const);
    for (const [node, position] of placed) positions[node] = position;
  }
  const lost = nodes.flatMap((_, node) => (positions[node] ? [] : [node]));
  const known = positions.filter((position) => position !== undefined);
  const [west, east] = [Math.min(...known.map(({ lon }) => lon)), Math.max(...known.map(({ lon }) => lon))];
  const south = Math.max(-85, Math.min(...known.map(({ lat }) => lat)) - BELOW);
  for (const [index, node] of lost.entries()) {
    positions[node] = { lat: south, lon: west + ((east - west) * (index + 0.5)) / lost.length, estimated: true };
  }
  return positions as Position[];
}

function placeable(positions: readonly (Position | undefined)[], adjacency: readonly (readonly number[])[]): number[] {
  return adjacency.flatMap((others, node) =>
    positions[node] === undefined && others.some((other) => positions[other] !== undefined) ? [node] : [],
  );
}

function beside(
  id: string,
  node: number,
  positions: readonly (Position | undefined)[],
  adjacency: readonly (readonly number[])[],
): Position {
  const near = (adjacency[node] ?? []).flatMap((other) => positions[other] ?? []);
  const angle = (fnv1a(id) / 0x1_0000_0000) * 2 * Math.PI;
  const lat = mean(near.map((each) => each.lat)) + ASIDE * Math.sin(angle);
  return { lat: Math.min(85, Math.max(-85, lat)), lon: meanLon(near) + ASIDE * Math.cos(angle), estimated: true };
}

/** The middle of directions, not of numbers: between 179 and -179 lies 180, not 0. */
function meanLon(near: readonly Position[]): number {
  const radians = near.map(({ lon }) => (lon * Math.PI) / 180);
  const [sine, cosine] = [mean(radians.map(Math.sin)), mean(radians.map(Math.cos))];
  return (Math.atan2(sine, cosine) * 180) / Math.PI;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function idOf(nodes: readonly { readonly id: string }[], node: number): string {
  return nodes[node]?.id ?? '';
}
