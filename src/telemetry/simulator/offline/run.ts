import { createRng } from '../../../core/rng.ts';
import { DAY_MINUTES, MINUTE_MS, minutesFrom, type OfflineDay, type OfflineOptions } from './day.ts';
import { OfflineWorld, seriesOf } from './world.ts';

/**
 * Days of history of the simulated network at one value a minute, as fast as the CPU allows; the same options give the
 * same days, and more days begin with the same ones. Nobody heals: there are no tunnels. Scripted faults, which are for
 * those who watch, are left out.
 */
export function* runOffline(options: OfflineOptions): Generator<OfflineDay> {
  const world = new OfflineWorld(options, createRng(options.seed));
  for (let day = 0; day < options.days; day += 1) {
    const fromMs = options.startMs + day * DAY_MINUTES * MINUTE_MS;
    const columns = world.newColumns(DAY_MINUTES);
    for (let minute = 0; minute < DAY_MINUTES; minute += 1) world.minute(minute, columns);
    const series = seriesOf(columns, minutesFrom(fromMs, DAY_MINUTES));
    yield { fromMs, series, truth: world.truthUntil(fromMs + DAY_MINUTES * MINUTE_MS) };
  }
}
