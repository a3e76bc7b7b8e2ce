import { createRng, type Rng } from '../../../src/core/rng.ts';
import { indexNetwork, type Network } from '../../../topology/model.ts';

export type FailureKind = 'link' | 'node' | 'srlg' | 'double';

export interface Failure {
  readonly kind: FailureKind;
  /** For people: `link A-B`, `double A-B + C-D`. */
  readonly name: string;
  /** Links that carry nothing any more. */
  readonly links: readonly string[];
}

/** Pairs of links that fail together, in one set of failures. */
export const DOUBLES = 200;

/** The failures of one set, in an order that is random but always the same. */
export function failuresOfSeed(network: Network, seed: number): Failure[] {
  return failuresOf(network, DOUBLES, createRng(seed).fork('failures'));
}

/** How many there are. */
export function failureCount(network: Network): number {
  const { linksByNode, linksBySrlg } = indexNetwork(network);
  return network.links.length + linksByNode.size + linksBySrlg.size + pairCount(network, DOUBLES);
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
  const most = pairCount(network, count);
  while (found.size < most) {
    const two = [rng.pick(links), rng.pick(links)].sort((x, y) => links.indexOf(x) - links.indexOf(y));
    if (two[0] === two[1]) continue;
    const name = `double ${two.map(({ id }) => id).join(' + ')}`;
    found.set(name, { kind: 'double', name, links: two });
  }
  return [...found.values()];
}

function pairCount({ links }: Network, most: number): number {
  return Math.min(most, (links.length * (links.length - 1)) / 2);
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  return items
    .map((item) => ({ item, key: rng.next() }))
    .sort((x, y) => x.key - y.key)
    .map(({ item }) => item);
}
