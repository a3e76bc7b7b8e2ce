import type { Bench, Measure } from '../harness.ts';
import { benchNetworks } from '../networks.ts';
import { loadHighs } from '../oracle/load.ts';
import { figures } from '../quality/figures.ts';
import { metricsFigures } from '../quality/metrics.ts';
import { reportCases } from '../quality/report.ts';
import { sampleCases } from '../quality/sample.ts';

/** What the sample takes; metrics realisation comes after it. */
const SAMPLE_MS = 170_000;
const METRICS_MS = 30_000;

/**
 * Plans against the exact linear program on the same movable demands: links, nodes, risk groups and pairs of links
 * fail, on every network, at five levels of load. `--full` takes hours.
 */
export const bench: Bench = {
  name: 'quality',
  summary: 'plans against the exact optimum, doing nothing, the IGP alone and the naive way round (--full: hours)',
  run: async ({ full, signal }): Promise<readonly Measure[]> => {
    const networks = await benchNetworks();
    const startedMs = performance.now();
    const strata = await sampleCases(await loadHighs(), networks, {
      full,
      untilMs: full ? Infinity : startedMs + SAMPLE_MS,
      isAborted: () => signal.aborted,
    });
    const cases = process.env.DETOUR_BENCH_CASES;
    if (cases) await reportCases(cases, strata);
    const metrics = await metricsFigures(networks, full ? 20 * METRICS_MS : METRICS_MS, signal);
    const of = (base: string) => strata.filter((stratum) => stratum.base === base);
    return [...figures(of('igp'), 'igp'), ...figures(of('pinned'), 'pinned'), ...metrics];
  },
};
