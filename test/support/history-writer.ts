import { systemClock } from '../../src/core/clock.ts';
import { DuckdbHistory } from '../../src/history/duckdb/owner.ts';
import { DAY_MS } from '../../src/history/history.ts';

/** Writes batch after batch of ten figures until it is killed, and prints the number of each once it is committed. */
const [dataDir = '', startText = '0'] = process.argv.slice(2);
const startMs = Number(startText);
const retention = { rawMs: 2 * DAY_MS, minuteMs: 200 * DAY_MS, hourMs: 800 * DAY_MS, maxBytes: 1e9 };
const history = new DuckdbHistory({ dataDir, networkName: 'n', retention, clock: systemClock });
await history.start();
for (let number = 1; ; number += 1) {
  const records = Array.from({ length: 10 }, (_, index) => ({
    kind: 'link' as const,
    id: `L${index}`,
    atMs: startMs + number,
    values: { score: number },
  }));
  await history.append(records, { id: `${number}-0`, number });
  process.stdout.write(`${number}\n`);
}
