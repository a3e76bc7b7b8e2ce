import { describe, expect, it } from 'vitest';
import type { CaseRecord, Outcome } from '../../scripts/bench/quality/record.ts';
import { figures, sums } from '../../scripts/bench/quality/table/figures.ts';
import { caseRecord, outcome } from './case-record.ts';

const FIGURES = { overloadBps: 0, mlu: 0.8, cost: 10, lostBps: 0 };
const OPTIMUM = outcome().optimum as NonNullable<Outcome['optimum']>;

/** The figures of cases with these outcomes, by name. */
function tableOf(outcomes: readonly Partial<Outcome>[], more: Partial<CaseRecord> = {}): Map<string, number> {
  const records = outcomes.map((some, at) => caseRecord({ ...more, failure: `link ${at}`, outcome: outcome(some) }));
  return new Map(figures(records, 'igp').map(({ metric, value }) => [metric, value]));
}

describe('the table of plan quality', () => {
  it('counts an overload that was avoidable, and by whom', () => {
    const over = { ...FIGURES, overloadBps: 50 };
    const unavoidable = { ours: over, optimum: { ...OPTIMUM, overloadBps: 50 } };
    const table = tableOf([{}, { ours: over }, unavoidable, { standing: 'calm', ours: over, optimum: null }]);
    expect(table.get('igp-contested')).toBe(3);
    expect(table.get('igp-optimum-without-overload')).toBe(2);
    expect(table.get('igp-overloaded-though-avoidable')).toBe(0.5);
    expect(table.get('igp-igp-overloaded-though-avoidable')).toBe(1);
  });

  it('sums avoided overload over cases, against what the optimum avoids', () => {
    const table = tableOf([{}, { ours: { ...FIGURES, overloadBps: 50 } }]);
    expect(table.get('igp-overload-avoided')).toBe(0.75);
    expect(table.get('igp-overload-avoided-worst-case')).toBe(0.5);
  });

  it('compares with the optimum under the rule of two new paths where there is one, and with the program too', () => {
    const twoPaths = { overloadBps: 0, mlu: 1, cost: 12 };
    const table = tableOf([{ ours: { ...FIGURES, mlu: 1 }, optimum: { ...OPTIMUM, overTwo: 3, twoPaths } }]);
    expect(table.get('igp-mlu-over-optimum-max')).toBe(1);
    expect(table.get('igp-mlu-over-lp-max')).toBe(1.25);
    expect(table.get('igp-lp-needs-more-than-two-paths')).toBe(1);
  });

  it('names cases that are not contested and yet missed', () => {
    const missed = { standing: 'calm', optimum: null, hottestFixed: 0.75, ours: { ...FIGURES, mlu: 0.9 } } as const;
    const table = tableOf([missed, { ...missed, ours: { ...FIGURES, mlu: 0.75 } }, {}]);
    expect(table.get('igp-not-contested-at-least-half')).toBe(2);
    expect(table.get('igp-not-contested-above-optimum')).toBe(1);
    expect(table.get('igp-not-contested-above-optimum-max')).toBe(1.2);
  });

  it('leaves utilisations out that nobody would call high', () => {
    const table = tableOf([{ ours: { ...FIGURES, mlu: 0.6 }, optimum: { ...OPTIMUM, mlu: 0.3 } }, {}]);
    expect(table.get('igp-optimum-at-least-half')).toBe(1);
    expect(table.get('igp-mlu-over-optimum-max')).toBe(1);
  });

  it('knows a case that only other demands could mend also where the plan mended it with them', () => {
    const possible = { affectedOverloadBps: 9, allMovable: { overloadBps: 0, mlu: 0.7 } };
    const fixed = { ...possible, extra: 2, optimum: { ...OPTIMUM, overloadBps: 0 } };
    const missed = { ...possible, ours: { ...FIGURES, overloadBps: 9 }, optimum: { ...OPTIMUM, overloadBps: 9 } };
    const hopeless = { ...missed, allMovable: { overloadBps: 5, mlu: 1.1 } };
    const table = tableOf([fixed, missed, hopeless, {}]);
    expect(table.get('igp-still-overloaded-asked')).toBe(3);
    expect(table.get('igp-avoidable-only-by-others')).toBe(2);
    expect(table.get('igp-avoidable-only-by-others-fixed')).toBe(0.5);
  });

  it('takes orders for found only where there is one', () => {
    const order = (oracle: boolean, plan: boolean) => ({ order: { oracle, plan, deadlock: !plan } });
    const table = tableOf([order(true, true), order(true, false), order(false, false), order(false, true)]);
    expect(table.get('igp-order-found')).toBe(0.5);
    expect(table.get('igp-order-impossible')).toBe(2);
    expect(table.get('igp-order-impossible-not-said')).toBe(1);
  });

  it('sums moves over both bases, against affected demands', () => {
    const igp = caseRecord({ outcome: outcome({ moves: 1, affected: 4 }) });
    const pinned = caseRecord({ base: 'pinned', outcome: outcome({ moves: 4, affected: 4, standing: 'calm' }) });
    const [ratio] = sums([igp, pinned, caseRecord({ outcome: null })]);
    expect([ratio?.metric, ratio?.value, ratio?.ok]).toEqual(['all-moves-per-affected', 0.625, true]);
  });

  it('fails what is demanded and was not measured', () => {
    const missing = figures([], 'igp').filter(({ ok }) => !ok);
    expect(missing.map(({ metric }) => metric)).toContain('igp-overloaded-though-avoidable');
    expect(missing.map(({ metric }) => metric)).toContain('igp-mlu-over-optimum-p50');
  });

  it('judges large networks by their certificates alone', () => {
    const table = tableOf([{ gap: 0.02, optimum: { overloadBps: 0, mlu: 0.78, isExact: false } }], { nodes: 754 });
    expect(table.get('igp-certificate-gap-large-p95')).toBe(0.02);
    expect(table.get('igp-optimum-at-least-half')).toBe(0);
  });
});
