import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bridgeLinks } from '../../topology/bridges.ts';
import { connectedComponents } from '../../topology/components.ts';
import { validateNetwork } from '../../topology/formats/detour-network.ts';
import { summariseNetwork } from '../../topology/summary.ts';
import { piecesByBruteForce } from './networks.ts';

/** Sparse multigraphs of up to 12 nodes: often in pieces, often with bridges and parallel links. */
const network = fc.integer({ min: 2, max: 12 }).chain((count) => {
  const position = fc.nat({ max: count - 1 });
  const ends = fc.tuple(position, position).filter(([a, z]) => a !== z);
  return fc.array(ends, { minLength: 1, maxLength: 18 }).map(
    (links) =>
      validateNetwork({
        format: 'detour-network/1',
        name: 'any',
        nodes: Array.from({ length: count }, (_unused, id) => ({ id: `n${id}` })),
        links: links.map(([a, z], id) => ({ id: `l${id}`, a: `n${a}`, z: `n${z}`, capacityBps: 1e9, latencyMs: 1 })),
      }).network,
  );
});

describe('the shape of a network', () => {
  it('has as many pieces as merging end by end finds', () => {
    fc.assert(
      fc.property(network, (any) => {
        const pieces = connectedComponents(any);
        expect(pieces).toHaveLength(piecesByBruteForce(any));
        expect(pieces.flat().sort()).toEqual(any.nodes.map((node) => node.id).sort());
        const pieceOf = new Map(pieces.flatMap((ids, piece) => ids.map((id) => [id, piece] as const)));
        for (const link of any.links) expect(pieceOf.get(link.a)).toBe(pieceOf.get(link.z));
        expect(pieces.map((piece) => piece.length)).toEqual(pieces.map((piece) => piece.length).sort((x, y) => y - x));
      }),
    );
  });

  it('has the bridges that taking away each link finds', () => {
    let found = 0;
    fc.assert(
      fc.property(network, (any) => {
        const pieces = piecesByBruteForce(any);
        const expected = any.links.filter((link) => piecesByBruteForce(any, link.id) > pieces).map((link) => link.id);
        found += expected.length;
        expect(bridgeLinks(any)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('survives a chain longer than the call stack', () => {
    const count = 50_000;
    const chain = {
      nodes: Array.from({ length: count }, (_unused, id) => ({ id: String(id) })),
      links: Array.from({ length: count - 1 }, (_unused, id) => ({ id: `l${id}`, a: String(id), z: String(id + 1) })),
    };
    expect(bridgeLinks(chain)).toHaveLength(count - 1);
    expect(connectedComponents(chain)).toHaveLength(1);
  });

  it('is summed up', () => {
    const link = (id: string, a: string, z: string) => ({ id, a, z, capacityBps: { az: 1e9, za: 4e9 }, latencyMs: 2 });
    const { network: two } = validateNetwork({
      format: 'detour-network/1',
      name: 'two-pieces',
      nodes: [{ id: 'A', tier: 'core', address: '::1' }, { id: 'B' }, { id: 'C' }, { id: 'D' }, { id: 'E' }],
      links: [link('1', 'A', 'B'), link('2', 'B', 'A'), link('3', 'B', 'C'), { ...link('4', 'D', 'E'), srlgs: ['s'] }],
    });
    expect(summariseNetwork(two)).toMatchObject({
      name: 'two-pieces',
      nodes: 5,
      links: 4,
      parallelLinks: 1,
      componentSizes: [3, 2],
      tiers: { core: 1, distribution: 0, access: 0, unknown: 4 },
      bridges: ['3', '4'],
      srlgs: 1,
      capacityBps: { min: 1e9, max: 4e9 },
      latencyMs: { min: 2, max: 2 },
      polledNodes: 1,
    });
  });
});
