import type { CompiledGraph } from '../twin/compiled.ts';
import type { Twin } from '../twin/twin.ts';
import type { KnownCause } from './causes.ts';
import type { Proof } from './plan.ts';
import type { Cut } from './proposal.ts';
import type { Placement, Solution, Stuck } from './solver.ts';

/** What a plan has found about one cause, before it is written up. */
export interface Draft {
  readonly known: KnownCause;
  readonly placements: Placement[];
  readonly stuck: Stuck[];
  /** Demands (by index) that have no way at all because of it. */
  readonly lost: number[];
  /** Cuts that are known apart from those of stuck demands. */
  readonly cuts: Cut[];
}

/** The drafts of a plan, by proposal id, in the order in which their causes were met. */
export class Drafts {
  readonly #byId = new Map<string, Draft>();
  readonly proofs: Proof[] = [];

  of(known: KnownCause): Draft {
    const draft = this.#byId.get(known.id) ?? { known, placements: [], stuck: [], lost: [], cuts: [] };
    this.#byId.set(known.id, draft);
    return draft;
  }

  add(known: KnownCause, solution: Solution): void {
    if (solution.placements.length === 0 && solution.stuck.length === 0) return;
    const draft = this.of(known);
    draft.placements.push(...solution.placements);
    draft.stuck.push(...solution.stuck);
  }

  all(): Draft[] {
    return [...this.#byId.values()];
  }
}

/** Cuts of the demands that are stuck, one per set of links. */
export function cutsOf(twin: Twin, draft: Draft): Cut[] {
  const cuts = new Map<
    string,
    { links: readonly string[]; nodes: string[]; demands: string[]; bps: number; reason: string }
  >();
  for (const { index, bps, cut } of draft.stuck) {
    if (!cut) continue;
    const key = cut.links.join('\n');
    const nodes = cut.nodes.map((node) => twin.graph.nodeIds[node] as string);
    const known = cuts.get(key) ?? { links: cut.links, nodes, demands: [], bps: 0, reason: cut.reason };
    known.demands.push((twin.demands[index] as { id: string }).id);
    known.bps += bps;
    cuts.set(key, known);
  }
  return [...draft.cuts, ...[...cuts.values()].map((cut) => ({ ...cut, links: [...cut.links] }))];
}

/** The cut around the part of the network that a node still reaches over arcs that are not closed. */
export function partitionAround(twin: Twin, source: number): { links: string[]; nodes: string[]; reached: Uint8Array } {
  const reached = reachedFrom(twin.graph, twin.closed, source);
  const { graph } = twin;
  const leaving = graph.arcIds
    .map((_id, arc) => arc)
    .filter((arc) => reached[graph.tail[arc] as number] && !reached[graph.head[arc] as number]);
  return {
    links: [...new Set(leaving.map((arc) => twin.linkOf[arc] as string))].sort(),
    nodes: graph.nodeIds.filter((_id, node) => reached[node]),
    reached,
  };
}

function reachedFrom(graph: CompiledGraph, closed: Uint8Array, source: number): Uint8Array {
  const reached = new Uint8Array(graph.nodeCount);
  const queue = [source];
  reached[source] = 1;
  // The queue grows while it is read.
  for (const node of queue) {
    for (const arc of graph.outArcs.subarray(graph.outStart[node], graph.outStart[node + 1])) {
      const next = graph.head[arc] as number;
      if (closed[arc] || reached[next]) continue;
      reached[next] = 1;
      queue.push(next);
    }
  }
  return reached;
}
