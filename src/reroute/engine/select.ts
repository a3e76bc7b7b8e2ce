import type { Network } from '../../../topology/model.ts';
import { DetourError } from '../../core/errors.ts';
import { arcId, DIRECTIONS } from '../../core/ids.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';

/** Finds the arcs that an id means: a link, a single arc, a node (all its links) or a shared-risk group. */
export class ArcSelector {
  readonly #graph: CompiledGraph;
  readonly #linksOf = new Map<string, string[]>();
  readonly #links = new Set<string>();

  constructor(network: Network, graph: CompiledGraph) {
    this.#graph = graph;
    for (const srlg of network.srlgs) this.#linksOf.set(srlg.id, []);
    for (const node of network.nodes) this.#linksOf.set(node.id, []);
    for (const link of network.links) {
      this.#links.add(link.id);
      this.#linksOf.get(link.a)?.push(link.id);
      this.#linksOf.get(link.z)?.push(link.id);
    }
    // A group that shares its id with a node: the node comes first, its links are its own.
    const nodes = new Set(network.nodes.map((node) => node.id));
    for (const link of network.links) {
      for (const srlg of link.srlgs)
        if (!nodes.has(srlg)) this.#linksOf.set(srlg, [...(this.#linksOf.get(srlg) ?? []), link.id]);
    }
  }

  /** Links of whole things: link, node or group id. Throws INVALID_INPUT, naming the field. */
  links(ids: readonly string[], field: string): string[] {
    return [...new Set(ids.flatMap((id) => this.#linksFor(id, field)))];
  }

  /** 1 for each arc that the ids mean; single arcs are allowed. */
  arcs(ids: readonly string[], field: string): Uint8Array {
    const marked = new Uint8Array(this.#graph.arcCount);
    for (const id of ids) {
      const single = this.#graph.arcIndex.get(id);
      if (single !== undefined) marked[single] = 1;
      else this.#mark(this.#linksFor(id, field), marked);
    }
    return marked;
  }

  /** 1 for both arcs of each link. */
  arcsOfLinks(links: readonly string[]): Uint8Array {
    const marked = new Uint8Array(this.#graph.arcCount);
    this.#mark(links, marked);
    return marked;
  }

  #mark(links: readonly string[], marked: Uint8Array): void {
    for (const link of links) {
      for (const direction of DIRECTIONS) marked[this.#graph.arcIndex.get(arcId(link, direction)) as number] = 1;
    }
  }

  #linksFor(id: string, field: string): readonly string[] {
    if (this.#links.has(id)) return [id];
    const links = this.#linksOf.get(id);
    if (links) return links;
    throw new DetourError(
      'INVALID_INPUT',
      `${field}: the network has no link, node, shared-risk group or arc "${id}"`,
      {
        field,
        value: id,
        hint: 'arcs are named <link>:az or <link>:za',
      },
    );
  }
}
