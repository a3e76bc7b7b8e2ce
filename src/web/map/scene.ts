import type { GeoProjection } from 'd3-geo';
import type { LayoutView, NetworkLink, NetworkView, NodeView } from '../../api/schemas/screen.ts';
import { PLANE_HEIGHT, PLANE_WIDTH, type Place, projectionFor } from './projection.ts';

/** Everything about the map that does not change while the network stays the same. */
export interface Scene {
  readonly nodes: readonly NodeView[];
  readonly links: readonly NetworkLink[];
  /** Node positions in the plane. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Node indices of link i: a at 2i, z at 2i + 1. */
  readonly ends: Int32Array;
  /** 1 for links between core routers. */
  readonly isCore: Uint8Array;
  /** Which nodes matter more: tier first, then number of links. */
  readonly rank: Float64Array;
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly linkIndex: ReadonlyMap<string, number>;
  readonly linksOfNode: readonly (readonly number[])[];
  /** Null where the network has no coordinates and stands in a layout of its own. */
  readonly projection: GeoProjection | null;
  readonly bounds: Bounds;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const TIER_RANK = { core: 3000, distribution: 2000, access: 1000 } as const;

/** True where every node has coordinates; a few without would stand in the sea. */
export function isGeographic(nodes: readonly NodeView[]): boolean {
  return nodes.length > 0 && nodes.every(({ lat, lon }) => lat !== null && lon !== null);
}

/** `layout` says where nodes stand whose coordinates are not known; without it they stand at the origin. */
export function buildScene(
  { nodes: onFile, links }: Pick<NetworkView, 'nodes' | 'links'>,
  layout: Pick<LayoutView, 'nodes'> | null = null,
): Scene {
  const placed = new Map((layout?.nodes ?? []).map((each) => [each.id, each]));
  const nodes = onFile.map((node) => {
    const { lat, lon } = placed.get(node.id) ?? node;
    return { ...node, lat: node.lat ?? lat, lon: node.lon ?? lon };
  });
  const nodeIndex = new Map(nodes.map(({ id }, index) => [id, index]));
  const ends = new Int32Array(links.flatMap(({ a, z }) => [nodeIndex.get(a) ?? -1, nodeIndex.get(z) ?? -1]));
  const linksOfNode = nodes.map((): number[] => []);
  for (let i = 0; i < links.length; i += 1) {
    linksOfNode[ends[2 * i] ?? -1]?.push(i);
    linksOfNode[ends[2 * i + 1] ?? -1]?.push(i);
  }
  const projection = isGeographic(nodes) ? projectionFor(nodes.map(placeOf)) : null;
  const points = projection
    ? nodes.map((node) => projection([placeOf(node).lon, placeOf(node).lat]) ?? [0, 0])
    : fitted(nodes.map(({ id }) => ({ x: placed.get(id)?.x ?? 0, y: placed.get(id)?.y ?? 0 })));
  const xs = Float64Array.from(points, ([x]) => x ?? 0);
  const ys = Float64Array.from(points, ([, y]) => y ?? 0);
  return {
    nodes,
    links,
    xs,
    ys,
    ends,
    isCore: coreLinks({ nodes, links }, ends),
    rank: Float64Array.from(nodes, ({ tier }, i) => (tier ? TIER_RANK[tier] : 0) + (linksOfNode[i]?.length ?? 0)),
    nodeIndex,
    linkIndex: new Map(links.map(({ id }, index) => [id, index])),
    linksOfNode,
    projection,
    bounds: boundsOf(xs, ys),
  };
}

const placeOf = ({ lat, lon }: NodeView): Place => ({ lat: lat ?? 0, lon: lon ?? 0 });

/** The given positions, enlarged to fill the plane without being distorted. */
function fitted(found: readonly { readonly x: number; readonly y: number }[]): [number, number][] {
  const { left, top, right, bottom } = boundsOf(
    Float64Array.from(found, ({ x }) => x),
    Float64Array.from(found, ({ y }) => y),
  );
  const scale = Math.min(PLANE_WIDTH / Math.max(right - left, 1e-9), PLANE_HEIGHT / Math.max(bottom - top, 1e-9));
  return found.map(({ x, y }) => [(x - left) * scale, (y - top) * scale]);
}

function boundsOf(xs: Float64Array, ys: Float64Array): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xs.length; i += 1) {
    left = Math.min(left, xs[i] ?? 0);
    right = Math.max(right, xs[i] ?? 0);
    top = Math.min(top, ys[i] ?? 0);
    bottom = Math.max(bottom, ys[i] ?? 0);
  }
  return Number.isFinite(left) ? { left, top, right, bottom } : { left: 0, top: 0, right: 1, bottom: 1 };
}

/** Between two core routers; where no tier is known, the links of the largest capacity if there are smaller ones. */
function coreLinks({ nodes, links }: Pick<NetworkView, 'nodes' | 'links'>, ends: Int32Array): Uint8Array {
  const tierOf = (end: number) => nodes[ends[end] ?? -1]?.tier ?? null;
  if (nodes.some(({ tier }) => tier !== null)) {
    return Uint8Array.from(links, (_, i) => Number(tierOf(2 * i) === 'core' && tierOf(2 * i + 1) === 'core'));
  }
  const capacities = links.map(({ capacityBps }) => Math.max(capacityBps.az, capacityBps.za));
  const largest = capacities.reduce((most, each) => Math.max(most, each), 0);
  const hasSmaller = capacities.some((each) => each < largest);
  return Uint8Array.from(capacities, (each) => Number(hasSmaller && each === largest));
}
