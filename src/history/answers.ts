import { DetourError } from '../core/errors.ts';
import { MAX_CELLS, type SeriesRange } from './history.ts';

/** A series of which nothing is known yet. */
export function emptySeries(id: string, metric: string, buckets: number): SeriesRange {
  const gaps = () => new Array<number | null>(buckets).fill(null);
  const count = new Array<number>(buckets).fill(0);
  return { id, metric, count, min: gaps(), max: gaps(), mean: gaps(), last: gaps(), p95: gaps() };
}

/** Throws INVALID_INPUT when an answer would hold more buckets, over all series, than fits. */
export function requireCells(cells: number): void {
  if (cells <= MAX_CELLS) return;
  throw new DetourError('INVALID_INPUT', `step: the answer would hold ${cells} figures, at most ${MAX_CELLS}`, {
    field: 'step',
    value: cells,
    hint: 'ask for wider steps, a shorter time, or fewer series',
  });
}
