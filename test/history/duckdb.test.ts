import { describe } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { DuckdbHistory } from '../../src/history/duckdb/owner.ts';
import { DAY_MS } from '../../src/history/history.ts';
import { tempDir } from '../support/temp-dir.ts';
import { historyConformance } from './conformance.ts';

const RETENTION = { rawMs: 2 * DAY_MS, minuteMs: 200 * DAY_MS, hourMs: 800 * DAY_MS, maxBytes: 1e9 };

describe('history in DuckDB, asked of its owner', () => {
  historyConformance({
    baseMs: Date.parse('2026-03-06T22:00:00Z'),
    runs: 3,
    create: async (nowMs) => {
      const clock = new ManualClock(nowMs);
      const history = new DuckdbHistory({
        dataDir: tempDir('history'),
        networkName: 'a/b ..',
        retention: RETENTION,
        clock,
      });
      await history.start();
      return {
        writer: history,
        reader: history,
        advanceTo: async (untilMs) => {
          clock.advance(untilMs - clock.nowMs());
          await history.tick(untilMs);
        },
        close: () => history.stop(),
      };
    },
  });
});
