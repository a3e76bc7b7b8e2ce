import type { Demand } from '../../../topology/model.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import type { Footprint } from './flow.ts';
import { IgpRoutes, type RoutedEnds, type SharedPath } from './igp-routes.ts';
import { loadPinned, pinnedPaths } from './pinned-routes.ts';

const NO_FOOTPRINT: Footprint = { arcs: [], shares: null };

/** Where demands go before the plan. */
export interface CurrentRoutes {
  before(): { readonly loadBps: Float64Array; readonly lostBps: number };
  /** Demands that a plan has to look at when these arcs are marked. */
  affected(marked: Uint8Array): number[];
  /** What one unit of the demand loads where all of it arrives; null where some of it crosses a barred or broken arc. */
  whole(index: number, barred: Uint8Array): Footprint | null;
  /** What one unit of the demand loads now: of a broken path only what comes before the break. */
  loaded(index: number): Footprint;
  /** Part of the demand that does not arrive. */
  lostShare(index: number): number;
  /** Its paths with their shares. */
  paths(index: number): readonly SharedPath[];
}

/** The IGP has found its way round the failures. */
export class IgpCurrent implements CurrentRoutes {
  readonly #routes: IgpRoutes;
  readonly #ends: readonly RoutedEnds[];
  /** What has been worked out: a demand that moves is asked for several times. */
  readonly #footprints: (Footprint | undefined)[] = [];

  constructor(_graph: CompiledGraph, routes: IgpRoutes, ends: readonly RoutedEnds[]) {
    this.#routes = routes;
    this.#ends = ends;
  }

  before(): { loadBps: Float64Array; lostBps: number } {
    let lostBps = 0;
    for (const ends of this.#ends) if (!this.#routes.reaches(ends)) lostBps += ends.bps;
    return { loadBps: this.#routes.loads(this.#ends), lostBps };
  }

  affected(marked: Uint8Array): number[] {
    return marked.includes(1) ? this.#routes.crossing(this.#ends, marked) : [];
  }

  whole(index: number, barred: Uint8Array): Footprint | null {
    const footprint = this.#footprint(index);
    for (const arc of footprint.arcs) if (barred[arc]) return null;
    return footprint;
  }

  loaded(index: number): Footprint {
    return this.#routes.reaches(this.#ends[index] as RoutedEnds) ? this.#footprint(index) : NO_FOOTPRINT;
  }

  lostShare(index: number): number {
    return this.#routes.reaches(this.#ends[index] as RoutedEnds) ? 0 : 1;
  }

  paths(index: number): readonly SharedPath[] {
    return this.#routes.listed(this.#ends[index] as RoutedEnds);
  }

  #footprint(index: number): Footprint {
    const known = this.#footprints[index];
    if (known) return known;
    const footprint = this.#routes.footprint(this.#ends[index] as RoutedEnds);
    this.#footprints[index] = footprint;
    return footprint;
  }
}

/** Every demand keeps its paths, broken or not. */
export class PinnedCurrent implements CurrentRoutes {
  readonly #graph: CompiledGraph;
  readonly #alive: Uint8Array;
  readonly #ends: readonly RoutedEnds[];
  readonly #paths: readonly (readonly SharedPath[])[];

  constructor(graph: CompiledGraph, alive: Uint8Array, demands: readonly Demand[], ends: readonly RoutedEnds[]) {
    this.#graph = graph;
    this.#alive = alive;
    this.#ends = ends;
    this.#paths = pinnedPaths(graph, demands, ends, new IgpRoutes(graph, graph.metric));
  }

  before(): { loadBps: Float64Array; lostBps: number } {
    const loadBps = new Float64Array(this.#graph.arcCount);
    let lostBps = 0;
    this.#ends.forEach(({ bps }, index) => {
      const paths = this.paths(index);
      lostBps += paths.length === 0 ? bps : loadPinned(paths, bps, this.#alive, loadBps);
    });
    return { loadBps, lostBps };
  }

  affected(marked: Uint8Array): number[] {
    const touches = (arc: number): boolean => !this.#alive[arc] || marked[arc] === 1;
    return this.#ends
      .map((_, index) => index)
      .filter((index) => this.paths(index).length === 0 || this.paths(index).some(({ arcs }) => arcs.some(touches)));
  }

  whole(index: number, barred: Uint8Array): Footprint | null {
    const paths = this.paths(index);
    const usable = paths.every(({ arcs }) => arcs.every((arc) => this.#alive[arc] && !barred[arc]));
    return usable && paths.length > 0 ? footprintOf(paths) : null;
  }

  loaded(index: number): Footprint {
    return sumOf(
      this.paths(index).map(({ share, arcs }) => {
        const broken = arcs.findIndex((arc) => !this.#alive[arc]);
        return { share, arcs: broken < 0 ? arcs : arcs.slice(0, broken) };
      }),
    );
  }

  lostShare(index: number): number {
    const paths = this.paths(index);
    if (paths.length === 0) return 1;
    return paths.reduce((sum, { share, arcs }) => (arcs.every((arc) => this.#alive[arc]) ? sum : sum + share), 0);
  }

  paths(index: number): readonly SharedPath[] {
    return this.#paths[index] as readonly SharedPath[];
  }
}

/** What a demand puts on each arc that goes on these paths only, in proportion to their shares. */
export function footprintOf(paths: readonly SharedPath[]): Footprint {
  const total = paths.reduce((sum, { share }) => sum + share, 0);
  return sumOf(paths.map(({ share, arcs }) => ({ share: share / total, arcs })));
}

/** What the paths together put on each arc; shares are taken as they are. */
function sumOf(paths: readonly SharedPath[]): Footprint {
  const [only] = paths;
  if (only && paths.length === 1 && only.share === 1) return { arcs: only.arcs, shares: null };
  const onArc = new Map<number, number>();
  for (const { share, arcs } of paths) for (const arc of arcs) onArc.set(arc, (onArc.get(arc) ?? 0) + share);
  return { arcs: [...onArc.keys()], shares: [...onArc.values()] };
}
