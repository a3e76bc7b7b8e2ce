import type { Bench, Measure } from '../harness.ts';
import { runCases } from '../quality/run/run.ts';
import { figures, sums } from '../quality/table/figures.ts';

/**
 * Plans against the exact linear program on the same movable demands: links, nodes, risk groups and pairs of links
 * fail, on every network, at five levels of load. A sample in 5 minutes; `--contested N` until every network has so
 * many contested cases, or `--full` for all, take hours and go on where they were stopped with `--cases FILE`.
 */
export const bench: Bench = {
  name: 'quality',
  summary: 'plans against the exact optimum, doing nothing, the IGP alone and the naive way round (--full: hours)',
  run: async (options): Promise<readonly Measure[]> => {
    const records = await runCases(options);
    return [...figures(records, 'igp'), ...figures(records, 'pinned'), ...sums(records)];
  },
};
