import { type BaselineHour, DAY_MS, HOUR_MS } from './history.ts';

/** Percentiles of values by hour of the day and type of day (UTC), as the SQL of the DuckDB driver makes them. */
export function baselineOf(atMs: readonly number[], values: readonly number[]): BaselineHour[] {
  const groups = new Map<number, { values: number[]; days: Set<number> }>();
  for (const [index, at] of atMs.entries()) {
    const day = Math.floor(at / DAY_MS);
    const hour = Math.floor(at / HOUR_MS) % 24;
    const key = (isWeekend(day) ? 24 : 0) + hour;
    const group = groups.get(key) ?? { values: [], days: new Set<number>() };
    groups.set(key, group);
    group.values.push(values[index] as number);
    group.days.add(day);
  }
  return [...groups].sort(([x], [y]) => x - y).map(([key, group]) => hourOf(key, group.values, group.days.size));
}

function hourOf(key: number, values: readonly number[], days: number): BaselineHour {
  const sorted = values.toSorted((x, y) => x - y);
  const [p5, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => quantile(sorted, share)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const dayType = key >= 24 ? 'weekend' : 'workday';
  return { dayType, hour: key % 24, minutes: values.length, days, p5, p25, p50, p75, p95 };
}

/** Linear between ranks, as `quantile_cont` and `quantile_over_time` have it. */
function quantile(sorted: readonly number[], share: number): number {
  const rank = share * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] as number;
  return low + ((sorted[Math.ceil(rank)] as number) - low) * (rank - Math.floor(rank));
}

/** 1970-01-01 was a Thursday: days since then modulo 7 are Saturday at 2 and Sunday at 3. */
function isWeekend(day: number): boolean {
  return day % 7 === 2 || day % 7 === 3;
}
