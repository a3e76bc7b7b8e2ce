import { type ArcPath, sumShares } from '../twin/arc-path.ts';
import { nodeNumber } from '../twin/twin.ts';
import type { Board } from './board.ts';

/** A demand that is to leave the marked arcs, or a part of it. */
export interface Attempt {
  readonly index: number;
  readonly source: number;
  readonly target: number;
  readonly demandBps: number;
  /** What stays: paths off the marked arcs, and the part on them that need not move. */
  readonly clean: readonly ArcPath[];
  readonly dirty: readonly ArcPath[];
  /** What is to be moved, bit/s and as a share of the demand. */
  readonly bps: number;
  readonly share: number;
}

/** What of a demand (by index) crosses arcs marked 1; a much larger one than `atMostBps` gives up a part of itself. */
export function attemptOf(board: Board, marked: Uint8Array, index: number, atMostBps = Infinity): Attempt {
  const { graph, demands } = board.twin;
  const demand = demands[index] as (typeof demands)[number];
  const paths = board.pathsOf(index);
  const isDirty = (path: ArcPath) => path.arcs.some((arc) => marked[arc]);
  const crossing = paths.filter(isDirty);
  const crossingShare = sumShares(crossing);
  const wanted = demand.bps > 0 ? atMostBps / demand.bps : Infinity;
  const moving = wanted < crossingShare / 2 ? wanted / crossingShare : 1;
  const staying = moving < 1 ? crossing.map((path) => ({ ...path, share: path.share * (1 - moving) })) : [];
  const dirty = crossing.map((path) => ({ ...path, share: path.share * moving }));
  return {
    index,
    source: nodeNumber(graph, demand.source),
    target: nodeNumber(graph, demand.target),
    demandBps: demand.bps,
    clean: [...paths.filter((path) => !isDirty(path)), ...staying],
    dirty,
    bps: demand.bps * crossingShare * moving,
    share: crossingShare * moving,
  };
}
