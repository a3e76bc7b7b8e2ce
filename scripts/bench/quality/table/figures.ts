import { type Measure, measure } from '../../harness.ts';
import type { PlanBase } from '../base.ts';
import { ORACLE_NODES } from '../contest.ts';
import type { CaseRecord } from '../record.ts';
import { counts } from './counts.ts';
import { type Contested, isContested, isJudged, type Row } from './judged.ts';
import { avoided, others, overloaded } from './overload.ts';
import { certificates, effort, metrics, orders } from './proofs.ts';
import { calm, utilisation } from './utilisation.ts';

/** The table of one base. Contested cases only, where nothing else is said; what was not measured is not ok. */
export function figures(all: readonly CaseRecord[], base: PlanBase): Measure[] {
  const records = all.filter((record) => record.base === base);
  const judged = records.filter(isJudged);
  // Large networks have no optimum to compare with: for them the certificates speak.
  const contested = records.filter(
    (record): record is Contested => isContested(record) && record.nodes <= ORACLE_NODES,
  );
  const rows: Row[] = [
    ...counts(records),
    ...overloaded(contested),
    ...others(judged),
    ...utilisation(contested),
    ...calm(judged),
    ...avoided(contested),
    ...effort(judged),
    ...certificates(judged),
    ...orders(judged),
    ...metrics(judged),
  ];
  return told(rows, base);
}

/** What is asked of both bases together. */
export function sums(all: readonly CaseRecord[]): Measure[] {
  return told(effort(all.filter(isJudged), { must: 1, aim: 0.5 }), 'all');
}

/** What nobody demands and nobody could measure is left out; what is demanded stays, and is not ok. */
function told(rows: readonly Row[], prefix: string): Measure[] {
  return rows
    .filter(({ value, must }) => Number.isFinite(value) || must !== undefined)
    .map((row) => measure({ bench: 'quality', ...row, metric: `${prefix}-${row.metric}` }));
}
