import type { Static } from 'typebox';
import type { Network } from '../../../topology/model.ts';
import type { LayoutSchema } from '../schemas/layout.ts';
import { adjacencyOf } from './adjacency.ts';
import { geographicLayout } from './geographic.ts';
import { EXTENT, schematicLayout } from './schematic.ts';

export type Layout = Static<typeof LayoutSchema>;

/** Share of nodes with coordinates from which on a map says more than a drawing. */
const KNOWN_SHARE = 0.5;

/** Where every node is drawn. Pure and stable: the same network gives the same places. */
export function layoutOf(network: Pick<Network, 'nodes' | 'links'>, networkHash: string): Layout {
  const { nodes } = network;
  const adjacency = adjacencyOf(network);
  const known = nodes.filter(({ lat, lon }) => lat !== null && lon !== null).length;
  if (known > 0 && known >= KNOWN_SHARE * nodes.length) {
    const positions = geographicLayout(nodes, adjacency);
    return {
      ...{ networkHash, kind: 'geographic', extent: null },
      nodes: nodes.map(({ id }, node) => ({ id, ...(positions[node] as (typeof positions)[0]), x: null, y: null })),
    };
  }
  const places = schematicLayout(adjacency);
  return {
    ...{ networkHash, kind: 'schematic', extent: EXTENT },
    nodes: nodes.map(({ id }, node) => {
      const { x, y } = places[node] as (typeof places)[0];
      return { id, lat: null, lon: null, estimated: true, x, y };
    }),
  };
}
