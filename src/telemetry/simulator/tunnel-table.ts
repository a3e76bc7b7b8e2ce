import type { Tunnel } from '../../reroute/proposal.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import type { DemandTable } from './demand-table.ts';
import type { PinnedPath } from './forwarding.ts';

/** A tunnel the network does not take, and why. */
export interface RejectedTunnel {
  readonly demand: string;
  readonly reason: string;
}

/** The explicit paths that are set up. A path with a link the IGP knows to be down falls back to the IGP. */
export class TunnelTable {
  readonly #graph: CompiledGraph;
  readonly #table: DemandTable;
  readonly #demandIndex: ReadonlyMap<string, number>;
  #paths: PinnedPath[] = [];

  constructor(graph: CompiledGraph, table: DemandTable) {
    this.#graph = graph;
    this.#table = table;
    this.#demandIndex = new Map(table.ids.map((id, index) => [id, index]));
  }

  /** Replaces all tunnels. Those that do not fit the network are left out and named; their traffic follows the IGP. */
  set(tunnels: readonly Tunnel[]): RejectedTunnel[] {
    const rejected: RejectedTunnel[] = [];
    const byDemand = new Map<string, PinnedPath[]>();
    for (const tunnel of tunnels) {
      const paths = this.#compile(tunnel);
      if (typeof paths === 'string') rejected.push({ demand: tunnel.demand, reason: paths });
      else if (byDemand.has(tunnel.demand)) rejected.push({ demand: tunnel.demand, reason: 'it has another tunnel' });
      else byDemand.set(tunnel.demand, paths);
    }
    this.#paths = [...byDemand.values()].flat();
    return rejected;
  }

  /** The paths in use when the IGP believes in these links, and the share of each demand that is left to the IGP. */
  active(linkOfArc: Int32Array, believedUp: Uint8Array): { pinned: PinnedPath[]; igpShare: Float64Array } {
    const pinned = this.#paths.filter((path) => path.arcs.every((arc) => believedUp[linkOfArc[arc] as number] === 1));
    const igpShare = new Float64Array(this.#table.ids.length).fill(1);
    for (const path of pinned) {
      igpShare[path.demand] = Math.max(0, (igpShare[path.demand] as number) - path.share);
    }
    return { pinned, igpShare };
  }

  #compile(tunnel: Tunnel): PinnedPath[] | string {
    const demand = this.#demandIndex.get(tunnel.demand);
    if (demand === undefined) return 'there is no such demand';
    const total = tunnel.paths.reduce((sum, path) => sum + path.share, 0);
    const paths: PinnedPath[] = [];
    for (const { share, arcs } of tunnel.paths) {
      const numbers = arcs.map((id) => this.#graph.arcIndex.get(id) ?? -1);
      const problem = this.#problem(numbers, arcs, demand);
      if (problem) return problem;
      paths.push({ demand, share: share / total, arcs: Int32Array.from(numbers) });
    }
    return paths.length > 0 && total > 0 ? paths : 'it has no path';
  }

  #problem(arcs: readonly number[], ids: readonly string[], demand: number): string | null {
    const visited = new Set<number>();
    let node = this.#table.source[demand] as number;
    for (const [hop, arc] of arcs.entries()) {
      if (arc < 0) return `there is no arc ${ids[hop]}`;
      if (this.#graph.tail[arc] !== node) return `arc ${ids[hop]} does not continue the path`;
      if (visited.has(node)) return `the path visits ${this.#graph.nodeIds[node]} twice`;
      visited.add(node);
      node = this.#graph.head[arc] as number;
    }
    return node === this.#table.target[demand] ? null : 'the path does not end at the target';
  }
}
