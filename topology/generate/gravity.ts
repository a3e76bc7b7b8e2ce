/** A network as bare numbers: what is needed to see where traffic would go. */
export interface BareNetwork {
  readonly nodes: number;
  /** Relative traffic of each node. */
  readonly mass: readonly number[];
  readonly links: readonly { readonly a: number; readonly z: number; readonly az: number; readonly za: number }[];
}

interface Arc {
  readonly tail: number;
  readonly head: number;
  readonly cost: number;
  readonly link: number;
  readonly forward: boolean;
}

/**
 * The load of each link in its busier direction, when every pair of nodes exchanges traffic by the product of their
 * masses (gravity model) over shortest paths, equal ones in equal parts. Scaled so that all traffic together is 1.
 */
export function gravityLoads(network: BareNetwork): number[] {
  const arcs = network.links.flatMap(({ a, z, az, za }, link): Arc[] => [
    { tail: a, head: z, cost: az, link, forward: true },
    { tail: z, head: a, cost: za, link, forward: false },
  ]);
  const into: Arc[][] = Array.from({ length: network.nodes }, () => []);
  const outOf: Arc[][] = Array.from({ length: network.nodes }, () => []);
  for (const arc of arcs) {
    into[arc.head]?.push(arc);
    outOf[arc.tail]?.push(arc);
  }
  const forward = new Float64Array(network.links.length);
  const backward = new Float64Array(network.links.length);
  const total = network.mass.reduce((sum, mass) => sum + mass, 0);
  const pairs = network.mass.reduce((sum, mass) => sum + mass * (total - mass), 0);
  network.mass.forEach((targetMass, target) => {
    if (targetMass === 0) return;
    const { distance, order } = distancesTo(target, network.nodes, into);
    const flow = network.mass.map((mass) => (mass * targetMass) / pairs);
    flow[target] = 0;
    for (const node of order.reverse()) {
      const here = flow[node] as number;
      if (node === target || here === 0) continue;
      // Metrics are whole numbers, so equal costs are equal exactly.
      const next = (outOf[node] as Arc[]).filter(
        (arc) => arc.cost + (distance[arc.head] as number) === (distance[node] as number),
      );
      for (const arc of next) {
        const side = arc.forward ? forward : backward;
        side[arc.link] = (side[arc.link] as number) + here / next.length;
        flow[arc.head] = (flow[arc.head] as number) + here / next.length;
      }
    }
  });
  return Array.from(forward, (load, link) => Math.max(load, backward[link] as number));
}

/** Dijkstra towards the target, with buckets by cost (Dial 1969): costs are small whole numbers. */
function distancesTo(
  target: number,
  nodes: number,
  into: readonly (readonly Arc[])[],
): { distance: Float64Array; order: number[] } {
  const distance = new Float64Array(nodes).fill(Infinity);
  const buckets: number[][] = [[target]];
  const order: number[] = [];
  const settled = new Uint8Array(nodes);
  distance[target] = 0;
  for (let cost = 0; cost < buckets.length; cost += 1) {
    for (const node of buckets[cost] ?? []) {
      if (settled[node] === 1) continue;
      settled[node] = 1;
      order.push(node);
      relax(into[node] ?? [], cost, distance, buckets);
    }
  }
  return { distance, order };
}

function relax(arcs: readonly Arc[], cost: number, distance: Float64Array, buckets: number[][]): void {
  for (const arc of arcs) {
    const reach = cost + arc.cost;
    if (reach >= (distance[arc.tail] as number)) continue;
    distance[arc.tail] = reach;
    const bucket = buckets[reach];
    if (bucket) bucket.push(arc.tail);
    else buckets[reach] = [arc.tail];
  }
}
