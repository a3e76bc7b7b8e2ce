import type { Connections } from './components.ts';

interface Visit {
  readonly node: number;
  /** Number of the link by which the node was entered; -1 at a root. */
  readonly entry: number;
  /** Next incident link to look at. */
  next: number;
}

interface Search {
  /** Far end of a link, seen from one of its nodes. */
  readonly farEnd: (link: number, node: number) => number;
  /** Links at each node, by number. */
  readonly incident: readonly (readonly number[])[];
  /** When a node was first seen, -1 before. */
  readonly order: Int32Array;
  /** The earliest node that what hangs below this one reaches by another way. */
  readonly lowest: Int32Array;
  readonly bridges: Set<number>;
  clock: number;
}

/**
 * Ids of the links whose loss splits a piece of the network, in the network's order (Tarjan 1974: a link is a bridge
 * when nothing below it reaches above it). Parallel links are told apart by their number, so a pair is no bridge.
 */
export function bridgeLinks(network: Connections): string[] {
  const search = prepare(network);
  for (let root = 0; root < network.nodes.length; root += 1) {
    if (search.order[root] === -1) searchFrom(root, search);
  }
  return network.links.filter((_link, position) => search.bridges.has(position)).map((link) => link.id);
}

function prepare(network: Connections): Search {
  const index = new Map(network.nodes.map((node, position) => [node.id, position]));
  const a = network.links.map((link) => index.get(link.a) as number);
  const z = network.links.map((link) => index.get(link.z) as number);
  const incident: number[][] = network.nodes.map(() => []);
  for (let link = 0; link < a.length; link += 1) {
    incident[a[link] as number]?.push(link);
    incident[z[link] as number]?.push(link);
  }
  return {
    farEnd: (link, node) => (a[link] === node ? z[link] : a[link]) as number,
    incident,
    order: new Int32Array(network.nodes.length).fill(-1),
    lowest: new Int32Array(network.nodes.length),
    bridges: new Set(),
    clock: 0,
  };
}

/** Depth first with a stack of its own: a long chain would overflow the call stack. */
function searchFrom(root: number, search: Search): void {
  const stack = [enter(root, -1, search)];
  for (let visit = stack.at(-1); visit; visit = stack.at(-1)) {
    const link = search.incident[visit.node]?.[visit.next++];
    if (link === undefined) leave(stack, search);
    else if (link !== visit.entry) follow(link, visit.node, stack, search);
  }
}

function enter(node: number, entry: number, search: Search): Visit {
  search.order[node] = search.clock;
  search.lowest[node] = search.clock;
  search.clock += 1;
  return { node, entry, next: 0 };
}

function follow(link: number, node: number, stack: Visit[], search: Search): void {
  const far = search.farEnd(link, node);
  const seen = search.order[far] as number;
  if (seen === -1) stack.push(enter(far, link, search));
  else search.lowest[node] = Math.min(search.lowest[node] as number, seen);
}

function leave(stack: Visit[], { order, lowest, bridges }: Search): void {
  const done = stack.pop() as Visit;
  const above = stack.at(-1);
  if (!above) return;
  const reach = lowest[done.node] as number;
  lowest[above.node] = Math.min(lowest[above.node] as number, reach);
  if (reach > (order[above.node] as number)) bridges.add(done.entry);
}
