import { describe, expect, it } from 'vitest';
import { arrange, levelOf } from '../../../src/web/map/arrange.ts';
import { longitudeSpan, PLANE_HEIGHT, PLANE_WIDTH, projectionFor } from '../../../src/web/map/projection.ts';
import { buildScene, isGeographic } from '../../../src/web/map/scene.ts';
import { link, network, node } from './support.ts';

describe('the projection', () => {
  it('fits the places into the plane, north up and east to the right', () => {
    const places = [
      { lat: 47.6, lon: -122.3 },
      { lat: 40.7, lon: -74 },
      { lat: 25.8, lon: -80.2 },
    ];
    const projection = projectionFor(places);
    const [seattle, newYork, miami] = places.map(({ lat, lon }) => projection([lon, lat]) ?? [NaN, NaN]);
    for (const [x = NaN, y = NaN] of [seattle, newYork, miami] as number[][]) {
      expect(x).toBeGreaterThanOrEqual(-1e-6);
      expect(x).toBeLessThanOrEqual(PLANE_WIDTH + 1e-6);
      expect(y).toBeGreaterThanOrEqual(-1e-6);
      expect(y).toBeLessThanOrEqual(PLANE_HEIGHT + 1e-6);
    }
    expect(seattle?.[0]).toBeLessThan(newYork?.[0] as number);
    expect(miami?.[1]).toBeGreaterThan(newYork?.[1] as number);
  });

  it('cuts the world at the widest gap, not at the 180th meridian', () => {
    expect(longitudeSpan([170, -170, 178])).toEqual({ west: 170, width: 20 });
    expect(longitudeSpan([-120, -74])).toEqual({ west: -120, width: 46 });
    const projection = projectionFor([
      { lat: 35, lon: 170 },
      { lat: 36, lon: -170 },
    ]);
    const west = projection([170, 35])?.[0] as number;
    const east = projection([-170, 36])?.[0] as number;
    expect(east - west).toBeGreaterThan(PLANE_WIDTH * 0.5);
  });

  it('shows a single place without zooming in for ever', () => {
    expect(projectionFor([{ lat: 50, lon: 8 }]).scale()).toBeLessThan(10_000);
  });

  it.each([0, -35, 89])('gives finite places around latitude %s', (lat) => {
    const projection = projectionFor([
      { lat, lon: 10 },
      { lat: lat - 1, lon: 30 },
    ]);
    expect(projection([20, lat - 0.5])?.every(Number.isFinite)).toBe(true);
  });
});

describe('a scene', () => {
  it('stands on the globe where all coordinates are known, else where the layout says', () => {
    const nodes = [node('a', { lat: 50, lon: 8 }), node('b', { lat: null, lon: null })];
    expect(isGeographic(nodes)).toBe(false);
    const place = { lat: null, lon: null, estimated: true };
    const schematic = buildScene(network(nodes, [link('l', 'a', 'b')]), {
      nodes: [
        { id: 'a', x: 0, y: 0, ...place },
        { id: 'b', x: 10, y: 0, ...place },
      ],
    });
    expect(schematic.projection).toBeNull();
    expect(schematic.xs[1]).toBeCloseTo(PLANE_WIDTH);
    const estimated = buildScene(network(nodes, [link('l', 'a', 'b')]), {
      nodes: [{ id: 'b', x: null, y: null, lat: 51, lon: 9, estimated: true }],
    });
    expect(estimated.projection).not.toBeNull();
    expect(estimated.xs[1]).toBeGreaterThan(estimated.xs[0] as number);
  });

  it('knows core links by tier, and by capacity where no tier is known', () => {
    const tiered = buildScene(
      network(
        [node('a', { tier: 'core' }), node('b', { tier: 'core' }), node('c', { tier: 'access' })],
        [link('ab', 'a', 'b'), link('bc', 'b', 'c')],
      ),
    );
    expect([...tiered.isCore]).toEqual([1, 0]);
    const plain = buildScene(
      network([node('a'), node('b')], [link('big', 'a', 'b', 100e9), link('small', 'a', 'b', 10e9)]),
    );
    expect([...plain.isCore]).toEqual([1, 0]);
    expect([...buildScene(network([node('a'), node('b')], [link('l', 'a', 'b')])).isCore]).toEqual([0]);
  });
});

describe('an arrangement', () => {
  const nodes = [
    node('core', { lat: 50, lon: 8, tier: 'core' }),
    node('near', { lat: 50.01, lon: 8.01, tier: 'access' }),
    node('far', { lat: 52, lon: 13, tier: 'access' }),
  ];
  const scene = buildScene(
    network(nodes, [link('in', 'core', 'near'), link('x', 'near', 'far'), link('y', 'far', 'core')]),
  );

  it('puts close nodes under the most important one, and takes them apart when the map is near', () => {
    const far = arrange(scene, levelOf(1));
    expect(far.groupOf[0]).toBe(far.groupOf[1]);
    expect(far.leader[far.groupOf[1] as number]).toBe(0);
    expect([...far.size].sort()).toEqual([1, 2]);
    const near = arrange(scene, levelOf(60));
    expect(new Set(near.groupOf).size).toBe(3);
  });

  it('gives links between the same groups lanes of their own, and none to links within one', () => {
    const { lane, lanes } = arrange(scene, levelOf(1));
    expect(lanes[0]).toBe(0);
    expect([lanes[1], lanes[2]]).toEqual([2, 2]);
    expect([lane[1], lane[2]]).toEqual([-0.5, 0.5]);
  });

  it('groups nothing when told so', () => {
    expect(new Set(arrange(scene, levelOf(1), 0).groupOf).size).toBe(3);
  });
});
