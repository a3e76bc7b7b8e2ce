import type { Actuator, MetricChange } from '../../../src/reroute/actuator.ts';
import type { NetworkIndex } from '../../../topology/model.ts';

/** Routers that keep costs: those of the network file until somebody sets others. */
export function costRouters(network: NetworkIndex) {
  const costs = new Map<string, number>();
  const file = (arc: string): number => {
    const link = network.linkById.get(arc.slice(0, -3));
    return link?.metric[arc.endsWith(':az') ? 'az' : 'za'] ?? Number.NaN;
  };
  const costOf = (arc: string): number => costs.get(arc) ?? file(arc);
  const isAs = (metrics: readonly MetricChange[], side: 'from' | 'to'): boolean =>
    metrics.every((metric) => costOf(metric.arc) === metric[side]);
  const actuator: Actuator = {
    name: 'frr',
    realisations: ['metrics'],
    changesNetwork: true,
    plan: (id, changes) =>
      changes.map((change, index) => ({ ...change, key: `${id}/${index}`, summary: 'costs', commands: [] })),
    apply: async ({ metrics }) => {
      for (const { arc, to } of metrics) costs.set(arc, to);
    },
    observe: async ({ metrics }) => {
      const state = isAs(metrics, 'to') ? 'after' : isAs(metrics, 'from') ? 'before' : 'other';
      return { state, reason: metrics.map(({ arc }) => `${arc} costs ${costOf(arc)}`).join(', ') };
    },
    revert: async ({ metrics }) => {
      for (const { arc, from } of metrics) costs.set(arc, from);
    },
  };
  /** What differs from the network file. */
  const set = (): Record<string, number> =>
    Object.fromEntries([...costs].filter(([arc, cost]) => cost !== file(arc)).sort());
  return { actuator, costs, costOf, set };
}
