import type { Link, Network, NetworkNode } from '../../../topology/model.ts';

/** The network with links between neighbours added until it has this many. */
export function withLinks(network: Network, count: number): Network {
  const links: Link[] = [...network.links];
  const known = new Set(links.flatMap(({ a, z }) => [`${a} ${z}`, `${z} ${a}`]));
  const near = network.nodes.map((node) => nearest(network.nodes, node));
  const model = links[0];
  if (!model) throw new Error('a network without links has no pattern for more');
  for (let rank = 0; links.length < count && rank < network.nodes.length - 1; rank += 1) {
    for (const [at, { id: a }] of network.nodes.entries()) {
      const z = near[at]?.[rank]?.id;
      if (z === undefined || links.length >= count || known.has(`${a} ${z}`)) continue;
      known.add(`${a} ${z}`).add(`${z} ${a}`);
      links.push({ ...model, id: `more-${links.length}`, a, z, aInterface: null, zInterface: null, srlgs: [] });
    }
  }
  return { ...network, name: `${network.name}-${links.length}`, links };
}

/** All other nodes, nearest first; those without coordinates last, in the order of the file. */
function nearest(nodes: readonly NetworkNode[], from: NetworkNode): NetworkNode[] {
  const distance = (to: NetworkNode) => Math.hypot(degrees(to.lat, from.lat), degrees(to.lon, from.lon));
  return nodes
    .filter((to) => to !== from)
    .map((to) => ({ to, far: distance(to) }))
    .sort((one, other) => one.far - other.far)
    .map(({ to }) => to);
}

function degrees(one: number | null, other: number | null): number {
  return one === null || other === null ? 1000 : one - other;
}
