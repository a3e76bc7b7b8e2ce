import type { HistoryRecord } from '../../store/history-record.ts';
import type { Readings } from './instruments/instruments.ts';

/** Readings as the history keeps them; what is not known is left out. */
export function recordsOfReadings(readings: readonly Readings[], atMs: number): HistoryRecord[] {
  return readings.flatMap(({ kind, ids, figures }) => {
    const columns = Object.entries(figures);
    return ids.flatMap((id, at): HistoryRecord[] => {
      const known = columns.flatMap(([metric, column]) => {
        const value = column[at] as number;
        return Number.isFinite(value) ? [[metric, value] as const] : [];
      });
      return known.length === 0 ? [] : [{ kind, id, atMs, values: Object.fromEntries(known) }];
    });
  });
}
