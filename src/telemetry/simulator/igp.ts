import type { CompiledGraph } from '../../twin/compiled.ts';
import { routeTo, type TargetRouting } from '../../twin/ecmp.ts';
import { ShortestPaths } from '../../twin/shortest-path.ts';

/** Routing tables of this many topologies are kept: a flapping link goes back and forth between two. */
const KEPT_TOPOLOGIES = 6;

/** Shortest-path routing with ECMP per target over the links the IGP believes in; computed when first asked for. */
export class IgpRouting {
  readonly #graph: CompiledGraph;
  readonly #paths: ShortestPaths;
  readonly #tables = new Map<string, (TargetRouting | undefined)[]>();
  #cost: Float64Array;
  #table: (TargetRouting | undefined)[];

  constructor(graph: CompiledGraph) {
    this.#graph = graph;
    this.#paths = new ShortestPaths(graph);
    this.#cost = graph.metric;
    this.#table = [];
    this.#tables.set('', this.#table);
  }

  /** Closes exactly these arcs. */
  close(arcs: readonly number[]): void {
    const key = arcs.join(',');
    const known = this.#tables.get(key);
    this.#table = known ?? [];
    this.#tables.delete(key);
    this.#tables.set(key, this.#table);
    if (this.#tables.size > KEPT_TOPOLOGIES) {
      const [oldest] = this.#tables.keys();
      this.#tables.delete(oldest as string);
    }
    this.#cost = this.#graph.metric.slice();
    for (const arc of arcs) this.#cost[arc] = Infinity;
  }

  to(target: number): TargetRouting {
    const known = this.#table[target];
    if (known) return known;
    const fresh = routeTo(this.#paths, target, this.#cost);
    this.#table[target] = fresh;
    return fresh;
  }

  reaches(source: number, target: number): boolean {
    return this.to(target).distance[source] !== Infinity;
  }
}

/** Knows which links the IGP believes in: a change of a link's status is followed `delaySeconds` later. */
export class Convergence {
  readonly #delaySeconds: number;
  readonly #believedUp: Uint8Array;
  /** Since when the true status differs from the believed one; NaN where it does not. */
  readonly #differsSince: Float64Array;

  constructor(linkCount: number, delaySeconds: number) {
    this.#delaySeconds = delaySeconds;
    this.#believedUp = new Uint8Array(linkCount).fill(1);
    this.#differsSince = new Float64Array(linkCount).fill(Number.NaN);
  }

  get believedUp(): Uint8Array {
    return this.#believedUp;
  }

  /** Takes note of the true status at a time (seconds); true when the IGP's belief changed. */
  observe(linkUp: Uint8Array, atSeconds: number): boolean {
    let changed = false;
    for (let link = 0; link < linkUp.length; link += 1) {
      if (linkUp[link] === this.#believedUp[link]) {
        this.#differsSince[link] = Number.NaN;
        continue;
      }
      if (Number.isNaN(this.#differsSince[link])) this.#differsSince[link] = atSeconds;
      if (atSeconds - (this.#differsSince[link] as number) < this.#delaySeconds) continue;
      this.#believedUp[link] = linkUp[link] as number;
      this.#differsSince[link] = Number.NaN;
      changed = true;
    }
    return changed;
  }
}
