import type { Rng } from '../../../src/core/rng.ts';
import { indexNetwork, type Network } from '../../../topology/model.ts';

export type FailureKind = 'link' | 'node' | 'srlg' | 'double';

export interface Failure {
  readonly kind: FailureKind;
  /** For people: `link A-B`, `double A-B + C-D`. */
  readonly name: string;
  /** Links that carry nothing any more. */
  readonly links: readonly string[];
}

/** All single links, nodes and risk groups, and `doubles` random pairs of links; shuffled by the generator. */
export function failuresOf(network: Network, doubles: number, rng: Rng): Failure[] {
  const { linksByNode, linksBySrlg } = indexNetwork(network);
  const groups = [...linksBySrlg].map(([id, links]) => ({ kind: 'srlg' as const, name: `srlg ${id}`, links }));
  const nodes = [...linksByNode].map(([id, links]) => ({ kind: 'node' as const, name: `node ${id}`, links }));
  const singles = network.links.map((link) => ({ kind: 'link' as const, name: `link ${link.id}`, links: [link] }));
  const named = [...singles, ...nodes, ...groups, ...pairs(network, doubles, rng)];
  return shuffled(named, rng).map(({ kind, name, links }) => ({ kind, name, links: links.map(({ id }) => id) }));
}

function pairs(network: Network, count: number, rng: Rng) {
  const { links } = network;
  const found = new Map<string, { kind: 'double'; name: string; links: Network['links'] }>();
  const most = Math.min(count, (links.length * (links.length - 1)) / 2);
  while (found.size < most) {
    const two = [rng.pick(links), rng.pick(links)].sort((x, y) => links.indexOf(x) - links.indexOf(y));
    if (two[0] === two[1]) continue;
    const name = `double ${two.map(({ id }) => id).join(' + ')}`;
    found.set(name, { kind: 'double', name, links: two });
  }
  return [...found.values()];
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  return items
    .map((item) => ({ item, key: rng.next() }))
    .sort((x, y) => x.key - y.key)
    .map(({ item }) => item);
}
