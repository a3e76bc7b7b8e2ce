import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/core/rng.ts';
import { planByMetrics } from '../../src/reroute/engine/metrics/index.ts';
import type { DemandTable } from '../../src/telemetry/simulator/demand-table.ts';
import { forwardOnce } from '../../src/telemetry/simulator/forwarding.ts';
import { IgpRouting } from '../../src/telemetry/simulator/igp.ts';
import { troubledCase } from '../reroute/engine/metrics/cases.ts';

/** A plan by metrics is a prediction: the simulated routers, given these metrics, carry exactly what it says. */
describe('metrics in the simulator', () => {
  it.each([8, 20, 40])('load the arcs as the plan says, in networks of %i nodes', (nodeCount) => {
    let changed = 0;
    for (let seed = 0; seed < 12; seed += 1) {
      const input = troubledCase(createRng(1000 * nodeCount + seed), nodeCount, 3 * nodeCount);
      const plan = planByMetrics(input);
      const metric = input.graph.metric.slice();
      for (const { arc, to } of plan.changes) metric[arc] = to;
      const graph = { ...input.graph, metric };
      const table: DemandTable = {
        ids: input.ends.map((_ends, index) => `d${index}`),
        classes: input.ends.map(() => null),
        source: Int32Array.from(input.ends, ({ source }) => source),
        target: Int32Array.from(input.ends, ({ target }) => target),
        bps: Float64Array.from(input.ends, ({ bps }) => bps),
      };
      const igp = new IgpRouting(graph);
      igp.close([...input.alive.keys()].filter((arc) => input.alive[arc] === 0));
      const simulated = forwardOnce(graph, igp, table, table.bps);
      simulated.forEach((bps, arc) => {
        const predicted = plan.afterBps[arc] as number;
        expect(Math.abs(bps - predicted)).toBeLessThanOrEqual(1e-9 * Math.max(bps, predicted));
      });
      if (plan.changes.length > 0) changed += 1;
    }
    expect(changed).toBeGreaterThan(4);
  });
});
