import type { Highs } from 'highs';
import type { OracleInstance } from './instance.ts';

/**
 * The same optimum of overload and MLU by another program: flow per source on every arc, kept at every node. Larger
 * than the one over paths but complete from the start; small networks prove the two against each other.
 */
export function nodeArcOptimum(highs: Highs, instance: OracleInstance): { overloadBps: number; mlu: number } {
  const { graph, alive, fixedBps, limit } = instance;
  const scale = graph.capacityBps.reduce((most, bps) => Math.max(most, bps), 1);
  const model = highs.createModel();
  try {
    model.options.set({ output_flag: false });
    const column = (cost: number, indices: number[], values: number[]): number => {
      model.addCol(cost, 0, highs.infinity, { indices, values });
      columns += 1;
      return columns - 1;
    };
    let columns = 0;
    const sources = [...new Set(instance.demands.map(({ source }) => source))];
    for (const source of sources) {
      for (let node = 0; node < graph.nodeCount; node += 1) {
        const net = netOutflow(instance, source, node) / scale;
        model.addRow(net, net, { indices: [], values: [] });
      }
    }
    const rowOf = (source: number, node: number) => source * graph.nodeCount + node;
    const mlu = column(0, [], []);
    const flows = sources.map((_, at) =>
      Array.from({ length: graph.arcCount }, (_unused, arc) =>
        alive[arc]
          ? column(0, [rowOf(at, graph.tail[arc] as number), rowOf(at, graph.head[arc] as number)], [1, -1])
          : -1,
      ),
    );
    const over: number[] = [];
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      if (!alive[arc]) continue;
      const capacity = (graph.capacityBps[arc] as number) / scale;
      const load = flows.map((list) => list[arc] as number);
      const ones = load.map(() => 1);
      const fixed = (fixedBps[arc] as number) / scale;
      const excess = column(1, [], []);
      over.push(excess);
      model.addRow(-highs.infinity, limit * capacity - fixed, { indices: [...load, excess], values: [...ones, -1] });
      model.addRow(-highs.infinity, -fixed, { indices: [...load, mlu], values: [...ones, -capacity] });
    }
    model.run();
    const overload = model.getObjectiveValue();
    for (const excess of over) model.changeColCost(excess, 0);
    model.changeColCost(mlu, 1);
    model.addRow(-highs.infinity, overload + 1e-9, { indices: over, values: over.map(() => 1) });
    model.run();
    return { overloadBps: overload * scale, mlu: model.getObjectiveValue() };
  } finally {
    model.dispose();
  }
}

/** bit/s that leave a node more than enter it, of the traffic of one source. */
function netOutflow({ demands }: OracleInstance, source: number, node: number): number {
  let net = 0;
  for (const demand of demands) {
    if (demand.source !== source) continue;
    if (node === source) net += demand.bps;
    if (node === demand.target) net -= demand.bps;
  }
  return net;
}
