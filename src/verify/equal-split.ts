import type { ArcTable } from './arc-table.ts';
import { distancesTo } from './dijkstra.ts';

/** Shortest-path distances towards one node, and the nodes that reach it, the farthest first. */
export interface Towards {
  readonly metric: readonly number[];
  readonly distance: Float64Array;
  readonly farFirst: readonly number[];
}

/** Metrics are added in different orders along equal paths: sums that differ by rounding alone are equal. */
const EQUAL = 1e-9;

export function towards(table: ArcTable, target: number, metric: readonly number[]): Towards {
  const distance = distancesTo(table, target, metric);
  const farFirst = table.nodeIds
    .map((_id, node) => node)
    .filter((node) => distance[node] !== Infinity)
    .sort((x, y) => (distance[y] as number) - (distance[x] as number));
  return { metric, distance, farFirst };
}

export interface Spread {
  /** Share of the traffic per arc. */
  readonly shares: ReadonlyMap<number, number>;
  /** Share that a broken arc swallows, or all of it where there is no way. */
  readonly lostShare: number;
}

/**
 * How routers spread traffic from `source`: at every node equally over the arcs that lie on a shortest path (equal-cost
 * multi-path, RFC 2992; each parallel arc counts). What is sent over an arc that is not `alive` is lost there.
 */
export function spread(table: ArcTable, way: Towards, source: number, alive: readonly boolean[]): Spread {
  const { distance } = way;
  if (distance[source] === Infinity) return { shares: new Map(), lostShare: 1 };
  const arrived = new Map([[source, 1]]);
  const shares = new Map<number, number>();
  let lostShare = 0;
  for (const node of way.farFirst) {
    const share = arrived.get(node);
    if (share === undefined || distance[node] === 0) continue;
    const next = nextArcs(table, way, node);
    for (const arc of next) {
      if (!alive[arc]) {
        lostShare += share / next.length;
        continue;
      }
      shares.set(arc, share / next.length);
      const head = table.to[arc] as number;
      arrived.set(head, (arrived.get(head) ?? 0) + share / next.length);
    }
  }
  return { shares, lostShare };
}

function nextArcs(table: ArcTable, { metric, distance }: Towards, node: number): number[] {
  const here = distance[node] as number;
  return (table.leaving[node] as readonly number[]).filter((arc) => {
    const there = distance[table.to[arc] as number] as number;
    return there < here && (metric[arc] as number) + there <= here * (1 + EQUAL);
  });
}
