import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import type { Bench } from '../harness.ts';
import { realMeasures } from '../predict/real-measures.ts';
import { riskMeasures } from '../predict/risk-measures.ts';

const SERIES_FOLDER = join(PACKAGE_ROOT, '..', 'shared', 'data', 'series');

/** Recorded series first, since they take seconds; then the risk of links in simulated networks that were not learnt from. */
export const bench: Bench = {
  name: 'predict',
  summary:
    'links that will fail, fades and port events that come, against rules that anyone can follow; tests for leaks',
  async *run({ full, flags }) {
    yield* realMeasures(flags.data ?? SERIES_FOLDER);
    yield* riskMeasures(full);
  },
};
