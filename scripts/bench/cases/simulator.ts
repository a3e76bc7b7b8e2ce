import { createEngine } from '../../../src/telemetry/simulator/engine.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { loadNetwork } from '../../../topology/files.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';

const WARM_UP = 100;
const STEPS = 1200;

/** Steps of the demo on backbone-100: traffic, faults, forwarding, and one measurement per interface. */
export const bench: Bench = {
  name: 'simulator',
  summary: 'time of one simulated second of backbone-100 in the demo scenario',
  run: async () => {
    const { network } = await loadNetwork('backbone-100');
    const scenario = await loadScenario('demo');
    const engine = createEngine({ network, demands: null, scenario, seed: 1, startMs: 0 });
    for (let step = 0; step < WARM_UP; step += 1) engine.step(1);
    const times = Array.from({ length: STEPS }, () => {
      const startedMs = performance.now();
      engine.step(1);
      return performance.now() - startedMs;
    });
    return [
      result('step-p50', percentile(times, 0.5)),
      result('step-p99', percentile(times, 0.99)),
      result('step-worst', Math.max(...times)),
    ];
  },
};

function result(metric: string, value: number): Measure {
  return measure({ bench: 'simulator', metric, value, unit: 'ms', better: 'lower' });
}
