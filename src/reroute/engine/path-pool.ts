import type { ArcPath, RerouteProblem } from './problem.ts';

/** A path that a demand might take. */
export interface PoolPath {
  readonly demand: number;
  readonly arcs: ArcPath;
}

/** The paths found so far, each once; grown by pricing, shared by all stages. */
export class PathPool {
  readonly paths: PoolPath[] = [];
  readonly #seen: Set<string>[];

  constructor(problem: RerouteProblem) {
    this.#seen = problem.movable.map(() => new Set());
  }

  /** Adds a path unless it is known; true when it is new. */
  add(demand: number, arcs: ArcPath): boolean {
    const key = arcs.join(' ');
    const seen = this.#seen[demand] as Set<string>;
    if (seen.has(key)) return false;
    seen.add(key);
    this.paths.push({ demand, arcs });
    return true;
  }
}
