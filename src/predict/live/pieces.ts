import type { HistoryKind, SeriesRange } from '../../history/history.ts';

/** Minutes of one series, in order; NaN where not known. Compact, so that it can be sent to a thread. */
export interface Piece {
  readonly kind: HistoryKind;
  readonly id: string;
  readonly metric: string;
  /** Starts of minutes. */
  readonly atMs: Float64Array;
  readonly values: Float64Array;
}

export type Figure = 'mean' | 'max' | 'min' | 'last' | 'p95';

/** One series of an answer as a piece; buckets of which nothing is known are left out. Null where that is all of them. */
export function pieceOf(
  kind: HistoryKind,
  series: SeriesRange,
  { fromMs, stepMs }: { readonly fromMs: number; readonly stepMs: number },
  figure: Figure,
): Piece | null {
  const known = series[figure].flatMap((value, at) => (value === null ? [] : [at]));
  if (known.length === 0) return null;
  return {
    ...{ kind, id: series.id, metric: series.metric },
    atMs: Float64Array.from(known, (at) => fromMs + at * stepMs),
    values: Float64Array.from(known, (at) => series[figure][at] as number),
  };
}
