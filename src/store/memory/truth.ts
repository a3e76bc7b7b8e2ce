import { LIMITS } from '../keys.ts';
import type { TruthLog, TruthRecord } from '../store.ts';

/** Ground truth for tests and single runs; bounded. */
export function createMemoryTruthLog(): TruthLog {
  let texts: string[] = [];
  return {
    append: async (record) => {
      texts.push(JSON.stringify(record));
      if (texts.length > LIMITS.truthMax) texts = texts.slice(-LIMITS.truthMax);
    },
    latest: async (limit) => {
      const newest = limit <= 0 ? [] : texts.slice(-limit).reverse();
      return newest.map((text) => JSON.parse(text) as TruthRecord);
    },
    close: async () => {},
  };
}
