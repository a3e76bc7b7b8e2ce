import { createRng } from '../../../core/rng.ts';
import { minutesFrom, type OfflineOptions, type OfflineSeries } from './day.ts';
import { OfflineWorld, seriesOf } from './world.ts';

export interface PastOptions extends Omit<OfflineOptions, 'days'> {
  readonly minutes: number;
  /** Lets others have their turn: called every few milliseconds of work. Rejects to end the run. */
  readonly breathe: () => Promise<void>;
}

/** Minutes between two pauses: some ten milliseconds of work on a network of a hundred routers. */
const BREATHE_EVERY = 10;

/** The minutes from `startMs` on of every series, for a process that has something else to do as well. */
export async function simulatePast({ minutes, breathe, ...options }: PastOptions): Promise<OfflineSeries[]> {
  const world = new OfflineWorld(options, createRng(options.seed));
  const columns = world.newColumns(minutes);
  for (let minute = 0; minute < minutes; minute += 1) {
    if (minute % BREATHE_EVERY === 0) await breathe();
    world.minute(minute, columns);
  }
  return seriesOf(columns, minutesFrom(options.startMs, minutes));
}
