/** What is needed of a network to see which nodes hang together. */
export interface Connections {
  readonly nodes: readonly { readonly id: string }[];
  readonly links: readonly { readonly id: string; readonly a: string; readonly z: string }[];
}

/** Nodes that reach each other, in the order of the network; the largest piece first. */
export function connectedComponents(network: Connections): string[][] {
  const neighbours = new Map<string, string[]>(network.nodes.map((node) => [node.id, []]));
  for (const link of network.links) {
    neighbours.get(link.a)?.push(link.z);
    neighbours.get(link.z)?.push(link.a);
  }
  const pieceOf = new Map<string, number>();
  let pieces = 0;
  for (const { id } of network.nodes) {
    if (pieceOf.has(id)) continue;
    spread(id, pieces, neighbours, pieceOf);
    pieces += 1;
  }
  const components: string[][] = Array.from({ length: pieces }, () => []);
  for (const { id } of network.nodes) components[pieceOf.get(id) as number]?.push(id);
  return components.sort((x, y) => y.length - x.length);
}

function spread(
  start: string,
  piece: number,
  neighbours: ReadonlyMap<string, readonly string[]>,
  pieceOf: Map<string, number>,
): void {
  const open = [start];
  pieceOf.set(start, piece);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of neighbours.get(id) ?? []) {
      if (pieceOf.has(next)) continue;
      pieceOf.set(next, piece);
      open.push(next);
    }
  }
}
