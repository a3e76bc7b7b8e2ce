import { percentile } from '../../harness.ts';
import { ORACLE_NODES } from '../contest.ts';
import { cases, type Judged, type Row, shareOf, spread } from './judged.ts';

/** Moves of all cases, contested or not. Only the sum over both bases is asked for: tunnels that broke have to move. */
export function effort(judged: readonly Judged[], bounds: Partial<Row> = {}): Row[] {
  const sum = (of: (one: Judged) => number): number => judged.reduce((total, one) => total + of(one), 0);
  const moves = sum(({ outcome }) => outcome.moves);
  const affected = sum(({ outcome }) => outcome.affected);
  return [
    { metric: 'moves-per-affected', value: moves / affected, unit: 'ratio', better: 'lower', ...bounds },
    { metric: 'moves', value: moves, unit: 'moves', better: 'lower' },
    { metric: 'extra-moves', value: sum(({ outcome }) => outcome.extra), unit: 'moves', better: 'lower' },
  ];
}

/** How far plans may be from the optimum by what they prove themselves. */
export function certificates(judged: readonly Judged[]): Row[] {
  const rows = (name: string, list: readonly Judged[], must: number, aim: number): Row[] => {
    const gaps = list.map(({ outcome }) => outcome.gap);
    const quantiles = spread(`certificate-gap-${name}`, gaps).map((row) => ({ ...row, unit: 'share' }));
    const p95: Row = {
      metric: `certificate-gap-${name}p95`,
      value: percentile(gaps, 0.95),
      unit: 'share',
      better: 'lower',
      must,
      aim,
    };
    // A folder without large networks asks nothing of them.
    return list.length === 0 ? [] : [cases(`certificate-gap-${name}cases`, gaps), ...quantiles, p95];
  };
  const isSmall = ({ nodes }: Judged) => nodes <= ORACLE_NODES;
  return [
    ...rows('', judged.filter(isSmall), 0.05, 0.02),
    ...rows(
      'large-',
      judged.filter((one) => !isSmall(one)),
      0.1,
      0.05,
    ),
  ];
}

/** Steps against a search over all subsets of the moves. */
export function orders(judged: readonly Judged[]): Row[] {
  const asked = judged.flatMap(({ outcome }) => (outcome.order ? [outcome.order] : []));
  const possible = asked.filter(({ oracle }) => oracle);
  const impossible = asked.filter(({ oracle }) => !oracle);
  if (asked.length === 0) return [];
  return [
    cases('order-cases', asked),
    {
      metric: 'order-found',
      value: shareOf(possible, ({ plan }) => plan),
      unit: 'share',
      better: 'higher',
      must: 0.95,
      aim: 1,
    },
    cases('order-impossible', impossible),
    cases(
      'order-impossible-not-said',
      impossible.filter(({ deadlock }) => !deadlock),
      { better: 'lower' },
    ),
  ];
}

/** Plans by metrics against the same plans by explicit paths, and their promise against the simulator. */
export function metrics(judged: readonly Judged[]): Row[] {
  const both = judged.flatMap(({ outcome }) =>
    outcome.metrics ? [{ ...outcome.metrics, explicit: outcome.ours.mlu }] : [],
  );
  if (both.length === 0) return [];
  const ratios = both.map(({ mlu, explicit }) => mlu / explicit);
  return [
    cases('metrics-cases', both),
    ...spread('metrics-mlu-over-explicit-', ratios),
    {
      metric: 'metrics-mlu-over-explicit-p95',
      value: percentile(ratios, 0.95),
      unit: 'ratio',
      better: 'lower',
      aim: 1.15,
    },
    {
      metric: 'metrics-load-difference-max',
      value: percentile(
        both.map(({ loadDifference }) => loadDifference),
        1,
      ),
      unit: 'relative',
      better: 'lower',
      must: 1e-9,
    },
  ];
}
