import type { ArcPath } from '../../twin/arc-path.ts';
import type { Board } from '../board.ts';
import { congestionCost } from '../congestion-cost.ts';
import { pathLatencyMs } from '../cost.ts';

/** So much delay is as bad as one hop more over arcs that are hardly loaded. */
export const HOP_LATENCY_MS = 10;

/** The board before some demands were routed anew. */
export interface Earlier {
  readonly loadBps: Float64Array;
  readonly paths: readonly (readonly [number, readonly ArcPath[]])[];
}

/**
 * What the demands win by the ways they have now against those they had, in hops of their traffic: Fortz-Thorup cost
 * of the whole network and their own latency. Negative where they were better off. Infinity where nothing moves, for
 * then a return costs nothing.
 */
export function gainInHops(board: Board, earlier: Earlier): number {
  const { graph, closed } = board.twin;
  let movedBps = 0;
  let latencyBpsMs = 0;
  for (const [index, paths] of earlier.paths) {
    const now = board.pathsOf(index);
    const bps = board.bpsOf(index);
    movedBps += bps * changedShare(paths, now);
    latencyBpsMs += bps * (latencyOf(board, paths) - latencyOf(board, now));
  }
  if (movedBps <= 0) return Infinity;
  let costBps = 0;
  for (let arc = 0; arc < graph.arcCount; arc += 1) {
    const [was, is] = [earlier.loadBps[arc] as number, board.loadBps[arc] as number];
    const capacity = graph.capacityBps[arc] as number;
    if (was !== is && !closed[arc])
      costBps += capacity * (congestionCost(was / capacity) - congestionCost(is / capacity));
  }
  return (costBps + latencyBpsMs / HOP_LATENCY_MS) / movedBps;
}

/** Mean over the shares, ms. */
export function latencyOf({ twin }: Pick<Board, 'twin'>, paths: readonly ArcPath[]): number {
  return paths.reduce((sum, { share, arcs }) => sum + share * pathLatencyMs(twin.graph, arcs), 0);
}

/** Share (0..1) of a demand that changes its way. */
export function changedShare(before: readonly ArcPath[], after: readonly ArcPath[]): number {
  const had = new Map(before.map(({ arcs, share }) => [arcs.join(' '), share]));
  const kept = after.reduce((sum, { arcs, share }) => sum + Math.min(share, had.get(arcs.join(' ')) ?? 0), 0);
  return kept > 1 - 1e-9 ? 0 : 1 - kept;
}

/**
 * Whether a return pays: staying has cost as much as the move, counted from when the way back was free (the rule of
 * ski rental: no schedule that knows the future does better than half of it). What wins nothing never pays.
 */
export function returnPays(gainHops: number, freeForMs: number, moveCostMs: number): boolean {
  return gainHops === Infinity || (gainHops > 0 && gainHops * freeForMs >= moveCostMs);
}
