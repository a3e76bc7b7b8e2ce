import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hopsFrom, piecesOf } from '../../../src/api/layout/adjacency.ts';
import { layoutOf } from '../../../src/api/layout/layout.ts';
import { EXTENT, schematicLayout } from '../../../src/api/layout/schematic.ts';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { loadNetwork } from '../../../topology/files.ts';
import type { Network } from '../../../topology/model.ts';

const graph = fc.integer({ min: 0, max: 40 }).chain((size) =>
  fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, size - 1) }), fc.nat({ max: Math.max(0, size - 1) })), { maxLength: 80 })
    .map((edges) => {
      const near = Array.from({ length: size }, () => new Set<number>());
      for (const [x, y] of edges)
        if (x !== y) {
          near[x]?.add(y);
          near[y]?.add(x);
        }
      return near.map((each) => [...each].sort((x, y) => x - y));
    }),
);

const line = (size: number) =>
  Array.from({ length: size }, (_, at) => [at - 1, at + 1].filter((x) => x >= 0 && x < size));

describe('schematic layout', () => {
  it('has a finite place in the frame for every node of any graph, and always the same', () => {
    fc.assert(
      fc.property(graph, (adjacency) => {
        const places = schematicLayout(adjacency);
        expect(places).toHaveLength(adjacency.length);
        for (const { x, y } of places) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(Math.max(x, y)).toBeLessThanOrEqual(EXTENT);
        }
        expect(schematicLayout(adjacency)).toEqual(places);
      }),
    );
  });

  it('never puts two nodes on one place', () => {
    fc.assert(
      fc.property(graph, (adjacency) => {
        const places = schematicLayout(adjacency).map(({ x, y }) => `${x},${y}`);
        expect(new Set(places).size).toBe(adjacency.length);
      }),
    );
  });

  it('keeps pieces apart', () => {
    fc.assert(
      fc.property(graph, (adjacency) => {
        const places = schematicLayout(adjacency);
        const boxes = piecesOf(adjacency).map((piece) => {
          const [xs, ys] = [piece.map((node) => places[node]?.x ?? 0), piece.map((node) => places[node]?.y ?? 0)];
          return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
        });
        for (const [index, one] of boxes.entries()) {
          for (const other of boxes.slice(index + 1)) {
            const apart =
              one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top;
            expect(apart).toBe(true);
          }
        }
      }),
    );
  });

  it('draws a line as a line', () => {
    const places = schematicLayout(line(30));
    const xs = places.map(({ x }) => x);
    const sorted = [...xs].sort((a, b) => a - b);
    expect([sorted, sorted.toReversed()]).toContainEqual(xs);
    expect(Math.max(...places.map(({ y }) => y))).toBeLessThan(EXTENT / 10);
  });

  it('draws a real network so that distances follow hops', async () => {
    const { network } = await loadNetwork(`${PACKAGE_ROOT}topology/networks/backbone-100.json`);
    const { nodes } = layoutOf(withoutCoordinates(network), 'h');
    const adjacency = adjacencyFrom(network);
    let [stress, count] = [0, 0];
    for (let from = 0; from < nodes.length; from += 7) {
      const hops = hopsFrom(adjacency, from);
      for (let to = 0; to < nodes.length; to += 1) {
        if (to === from || hops[to] === -1) continue;
        const drawn = Math.hypot(at(nodes, to).x - at(nodes, from).x, at(nodes, to).y - at(nodes, from).y);
        stress += (drawn / unit(nodes, adjacency) / (hops[to] as number) - 1) ** 2;
        count += 1;
      }
    }
    expect(stress / count).toBeLessThan(0.2);
  });
});

type Nodes = ReturnType<typeof layoutOf>['nodes'];
const at = (nodes: Nodes, index: number) => ({ x: nodes[index]?.x ?? Number.NaN, y: nodes[index]?.y ?? Number.NaN });

function adjacencyFrom(network: Network): number[][] {
  const numbers = new Map(network.nodes.map(({ id }, index) => [id, index]));
  const near = network.nodes.map(() => new Set<number>());
  for (const { a, z } of network.links) {
    near[numbers.get(a) as number]?.add(numbers.get(z) as number);
    near[numbers.get(z) as number]?.add(numbers.get(a) as number);
  }
  return near.map((each) => [...each]);
}

/** Length of one hop: the mean of all links as drawn. */
function unit(nodes: Nodes, adjacency: number[][]): number {
  const lengths = adjacency.flatMap((others, from) =>
    others.map((to) => Math.hypot(at(nodes, to).x - at(nodes, from).x, at(nodes, to).y - at(nodes, from).y)),
  );
  return lengths.reduce((sum, each) => sum + each, 0) / lengths.length;
}

const withoutCoordinates = (network: Network) => ({
  links: network.links,
  nodes: network.nodes.map((node) => ({ ...node, lat: null, lon: null })),
});

describe('geographic layout', () => {
  const node = (id: string, lat: number | null, lon: number | null) => ({ id, lat, lon });
  const link = (a: string, z: string) => ({ id: `${a}-${z}`, a, z });
  const layout = (nodes: ReturnType<typeof node>[], links: ReturnType<typeof link>[] = []) =>
    layoutOf({ nodes, links } as unknown as Network, 'h');

  it('takes what is known as it is, and puts others near their neighbours', () => {
    const { kind, nodes } = layout(
      [node('a', 10, 179), node('b', 12, -179), node('c', null, null), node('d', 0, 0)],
      [link('a', 'c'), link('c', 'b')],
    );
    expect(kind).toBe('geographic');
    expect(nodes[0]).toEqual({ id: 'a', lat: 10, lon: 179, estimated: false, x: null, y: null });
    const { lat, lon, estimated } = nodes[2] ?? {};
    expect(estimated).toBe(true);
    expect(Math.abs((lat ?? 0) - 11)).toBeLessThan(1);
    expect(180 - Math.abs(lon ?? 0)).toBeLessThan(1);
  });

  it('puts what nothing ties to a place below the map', () => {
    const { nodes } = layout([node('a', 10, 0), node('b', 20, 10), node('c', null, null)]);
    expect(nodes[2]).toMatchObject({ estimated: true, lat: 6, lon: 5 });
  });

  it('draws a plane where less than half is known', () => {
    expect(layout([node('a', 10, 0), node('b', null, null), node('c', 1, null)]).kind).toBe('schematic');
    expect(layout([]).nodes).toEqual([]);
  });
});
