import { type MeasureInput, percentile } from '../../harness.ts';
import type { OracleFigures } from '../../oracle/instance.ts';
import type { CaseRecord, Known, Outcome } from '../record.ts';

export type Row = Omit<MeasureInput, 'bench'>;

/** A case in which there was something to do. */
export type Judged = Omit<CaseRecord, 'outcome'> & { readonly outcome: Outcome };

/** A contested case of a network that has an oracle. */
export type Contested = Judged & { readonly outcome: Outcome & { readonly optimum: Known } };

/** Whoever is compared with the optimum; null where it was not asked. */
export const ARMS = {
  '': ({ ours }: Outcome): OracleFigures | null => ours,
  'nothing-done-': ({ nothing }: Outcome): OracleFigures | null => nothing,
  'igp-': ({ igp }: Outcome): OracleFigures | null => igp,
  'naive-': ({ naive }: Outcome): OracleFigures | null => naive,
} as const;
export type Arm = keyof typeof ARMS;

export const QUANTILES = [
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.99, 'p99'],
  [1, 'max'],
] as const;
export type Quantile = (typeof QUANTILES)[number][1];

export function isJudged(record: CaseRecord): record is Judged {
  return record.outcome !== null;
}

export function isContested(record: CaseRecord): record is Judged {
  return record.outcome?.standing === 'contested';
}

/** A distribution as rows; `bounds` by quantile. */
export function spread(
  metric: string,
  values: readonly number[],
  bounds: Partial<Record<Quantile, Partial<Row>>> = {},
): Row[] {
  return QUANTILES.map(([share, name]) => ({
    metric: `${metric}${name}`,
    value: percentile(values, share),
    unit: 'ratio',
    better: 'lower',
    ...bounds[name],
  }));
}

export function cases(metric: string, list: readonly unknown[] | number, bounds: Partial<Row> = {}): Row {
  const value = typeof list === 'number' ? list : list.length;
  return { metric, value, unit: 'cases', better: 'higher', ...bounds };
}

/** Part of the list that fits; NaN of none. */
export function shareOf<T>(list: readonly T[], fits: (one: T) => boolean): number {
  return list.length === 0 ? Number.NaN : list.filter(fits).length / list.length;
}
