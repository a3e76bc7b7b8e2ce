import { type ArcPath, addPaths } from '../twin/arc-path.ts';
import { demandsCrossing } from '../twin/crossing.ts';
import { currentPaths, igpPaths, type Twin } from '../twin/twin.ts';

/**
 * The intended network while a plan is made: the twin with the routes that were decided so far, and the loads that
 * follow from them. Everything that is decided goes through `route`, so loads always count all moves together.
 */
export class Board {
  readonly twin: Twin;
  readonly loadBps: Float64Array;
  readonly #routes = new Map<number, readonly ArcPath[]>();
  readonly #present = new Map<number, readonly ArcPath[]>();

  constructor(twin: Twin) {
    this.twin = twin;
    this.loadBps = twin.loadBps.slice();
  }

  pathsOf(index: number): readonly ArcPath[] {
    return this.#routes.get(index) ?? this.presentPaths(index);
  }

  /** Where the demand goes now in the network, whatever was decided. */
  presentPaths(index: number): readonly ArcPath[] {
    const paths = this.#present.get(index) ?? currentPaths(this.twin, index);
    this.#present.set(index, paths);
    return paths;
  }

  /** What was decided so far, by demand. */
  decisions(): ReadonlyMap<number, readonly ArcPath[]> {
    return new Map(this.#routes);
  }

  route(index: number, paths: readonly ArcPath[]): void {
    const bps = this.bpsOf(index);
    addPaths(this.loadBps, this.pathsOf(index), -bps);
    addPaths(this.loadBps, paths, bps);
    this.#routes.set(index, paths);
  }

  /** Back to what the IGP would choose. */
  release(index: number): void {
    this.route(index, igpPaths(this.twin, index));
  }

  /** Back to where it goes now, as if nothing had been decided. */
  forget(index: number): void {
    this.route(index, this.presentPaths(index));
    this.#routes.delete(index);
  }

  /** Back to how it stood among these decisions. */
  revert(index: number, decisions: ReadonlyMap<number, readonly ArcPath[]>): void {
    const paths = decisions.get(index);
    if (paths) this.route(index, paths);
    else this.forget(index);
  }

  bpsOf(index: number): number {
    return this.twin.demands[index]?.bps ?? 0;
  }

  /** Demands of which some part crosses a marked arc as things are intended, by index. */
  crossing(marked: Uint8Array): number[] {
    const now = demandsCrossing(this.twin, marked).filter((index) => !this.#routes.has(index));
    const decided = [...this.#routes].filter(([, paths]) => crosses(paths, marked)).map(([index]) => index);
    return [...now, ...decided].sort((x, y) => x - y);
  }

  utilisation(arc: number): number {
    return (this.loadBps[arc] as number) / (this.twin.graph.capacityBps[arc] as number);
  }

  /** Highest utilisation of an arc that is open. */
  mlu(): number {
    let highest = 0;
    for (let arc = 0; arc < this.twin.graph.arcCount; arc += 1) {
      if (!this.twin.closed[arc]) highest = Math.max(highest, this.utilisation(arc));
    }
    return highest;
  }
}

export function crosses(paths: readonly ArcPath[], marked: Uint8Array): boolean {
  return paths.some((path) => path.arcs.some((arc) => marked[arc]));
}

/** Room for rounding when loads are compared with a limit: sums of shares differ in their last digits. */
const LOAD_TOLERANCE = 1e-9;

/** True when the arc stays within `limit` x capacity with `bps` more on it. */
export function fits(board: Board, arc: number, bps: number, limit: number): boolean {
  const allowed = limit * (board.twin.graph.capacityBps[arc] as number);
  return (board.loadBps[arc] as number) + bps <= allowed * (1 + LOAD_TOLERANCE);
}

/** What the arc can still take below `limit` x capacity, bit/s; never negative. */
export function headroomBps(board: Board, arc: number, limit: number): number {
  return Math.max(0, limit * (board.twin.graph.capacityBps[arc] as number) - (board.loadBps[arc] as number));
}
