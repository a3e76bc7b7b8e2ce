import type { Direction } from '../../core/ids.ts';
import type { Rng } from '../../core/rng.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import type { DemandTable } from './demand-table.ts';
import { forwardOnce } from './forwarding.ts';
import { IgpRouting } from './igp.ts';
import { componentsWithout, type LinkTable } from './plant.ts';
import type { FaultKind } from './scenario-schema.ts';

/** The keyword in place of a link id. */
export const BUSIEST = 'busiest';

/** Detours that leave every arc below this are thought to have room; planners commonly stop near it. */
const ROOMY = 0.75;
/** The search for a busy link with room around it looks at no more than this many. */
const MAX_TRIED = 25;

/**
 * Chooses what faults hit, by the traffic of the demands as they are now on the IGP's paths in the intact network:
 * tunnels do not come into it.
 */
export class FaultTargets {
  readonly #graph: CompiledGraph;
  readonly #links: LinkTable;
  readonly #table: DemandTable;
  readonly #bps: Float64Array;
  readonly #intact: IgpRouting;
  /** Nodes that send or receive anything. */
  readonly #nodes: readonly number[];
  /** Computed when needed, for the demands of this step only. */
  #loads: Float64Array | null = null;

  /** `bps` (level per demand) is read, not owned: call `refresh` when it has changed. */
  constructor(graph: CompiledGraph, links: LinkTable, table: DemandTable, intact: IgpRouting, bps: Float64Array) {
    this.#intact = intact;
    this.#nodes = [...new Set([...table.source, ...table.target])];
    this.#graph = graph;
    this.#links = links;
    this.#table = table;
    this.#bps = bps;
  }

  refresh(): void {
    this.#loads = null;
  }

  arcId(arc: number): string {
    return this.#graph.arcIds[arc] as string;
  }

  /** The arc of a link in this direction; without one, the busier. */
  arcOf(link: number, direction: Direction | undefined): number {
    const [az, za] = this.#links.arcs[link] as readonly [number, number];
    if (direction) return direction === 'az' ? az : za;
    const loads = this.#loadsNow();
    return (loads[az] as number) >= (loads[za] as number) ? az : za;
  }

  /** Draws `candidates` links that no fault has hit and takes the busiest; null when there is none. */
  random(rng: Rng, busy: ReadonlySet<number>, candidates: number): number | null {
    const free = this.#links.ids.map((_id, link) => link).filter((link) => !busy.has(link));
    if (free.length === 0) return null;
    const drawn = Array.from({ length: candidates }, () => rng.pick(free));
    return this.#byTraffic(drawn)[0] as number;
  }

  /** A node that sends or receives; null in a network without demands. */
  randomNode(rng: Rng): number | null {
    return this.#nodes.length === 0 ? null : rng.pick(this.#nodes);
  }

  /** A link by id, or the busiest one that can be spared (where none can, the busiest); null when all are hit. */
  named(idOrKeyword: string, kind: FaultKind, busy: ReadonlySet<number>): number | null {
    const known = this.#links.indexOf.get(idOrKeyword);
    if (known !== undefined || idOrKeyword !== BUSIEST) return known ?? null;
    const cut = (link: number) => (kind === 'fibre-cut' ? (this.#links.cutWith[link] as readonly number[]) : [link]);
    const free = this.#byTraffic(this.#links.ids.map((_id, link) => link)).filter((link) => !busy.has(link));
    const sparable = free.filter((link) => this.#canSpare([...busy, ...cut(link)], busy));
    const busiest = sparable[0] ?? free[0] ?? null;
    if (kind === 'fibre-cut') return busiest;
    // A link that stays up is worth a reroute only where its traffic fits elsewhere.
    return sparable.slice(0, MAX_TRIED).find((link) => this.#detourUtilisation([...busy, link]) < ROOMY) ?? busiest;
  }

  #canSpare(closed: readonly number[], busy: ReadonlySet<number>): boolean {
    const pieces = (without: Iterable<number>) =>
      componentsWithout(this.#links, this.#graph.nodeCount, new Set(without));
    return pieces(closed) === pieces(busy);
  }

  #byTraffic(links: readonly number[]): number[] {
    const loads = this.#loadsNow();
    const traffic = (link: number) =>
      Math.max(...(this.#links.arcs[link] as readonly number[]).map((arc) => loads[arc] as number));
    return links.toSorted((x, y) => traffic(y) - traffic(x));
  }

  #detourUtilisation(closed: readonly number[]): number {
    const igp = new IgpRouting(this.#graph);
    igp.close(closed.flatMap((link) => this.#links.arcs[link] as readonly number[]));
    const loads = forwardOnce(this.#graph, igp, this.#table, this.#bps);
    return loads.reduce((worst, load, arc) => Math.max(worst, load / (this.#graph.capacityBps[arc] as number)), 0);
  }

  #loadsNow(): Float64Array {
    this.#loads ??= forwardOnce(this.#graph, this.#intact, this.#table, this.#bps);
    return this.#loads;
  }
}
