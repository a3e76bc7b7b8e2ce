import type { HistoryReader } from '../../src/history/history.ts';

/** A history that knows nothing, for tests of other things. */
export function createEmptyHistory(): HistoryReader {
  return {
    range: async ({ fromMs, toMs, stepMs }) => ({
      fromMs,
      stepMs,
      buckets: Math.ceil((toMs - fromMs) / stepMs),
      resolution: 'raw',
      series: [],
    }),
    baseline: async ({ toMs, days }) => ({ fromMs: toMs - days * 86_400_000, toMs, hours: [] }),
    scan: async function* () {
      // There is nothing.
    },
    close: async () => undefined,
  };
}
