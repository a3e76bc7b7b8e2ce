import type { Network } from '../../topology/model.ts';
import { arcId, DIRECTIONS } from '../core/ids.ts';

/** The network as numbered nodes and arcs: two arcs a link, parallel links kept apart. */
export interface ArcTable {
  readonly nodeIds: readonly string[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly ids: readonly string[];
  readonly index: ReadonlyMap<string, number>;
  /** Link id of each arc. */
  readonly link: readonly string[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly capacityBps: readonly number[];
  readonly metric: readonly number[];
  /** Arcs that begin, and that end, at each node. */
  readonly leaving: readonly (readonly number[])[];
  readonly entering: readonly (readonly number[])[];
}

export function arcTable(network: Network): ArcTable {
  const nodeIds = network.nodes.map(({ id }) => id);
  const nodeIndex = new Map(nodeIds.map((id, number) => [id, number]));
  const arcs = network.links.flatMap((link) =>
    DIRECTIONS.map((direction) => {
      const [from, to] = direction === 'az' ? [link.a, link.z] : [link.z, link.a];
      return {
        id: arcId(link.id, direction),
        link: link.id,
        from: nodeIndex.get(from) as number,
        to: nodeIndex.get(to) as number,
        capacityBps: link.capacityBps[direction],
        metric: link.metric[direction],
      };
    }),
  );
  const leaving: number[][] = nodeIds.map(() => []);
  const entering: number[][] = nodeIds.map(() => []);
  arcs.forEach((arc, number) => {
    leaving[arc.from]?.push(number);
    entering[arc.to]?.push(number);
  });
  return {
    nodeIds,
    nodeIndex,
    ids: arcs.map(({ id }) => id),
    index: new Map(arcs.map(({ id }, number) => [id, number])),
    link: arcs.map(({ link }) => link),
    from: arcs.map(({ from }) => from),
    to: arcs.map(({ to }) => to),
    capacityBps: arcs.map(({ capacityBps }) => capacityBps),
    metric: arcs.map(({ metric }) => metric),
    leaving,
    entering,
  };
}
