import type { CaseRecord, Outcome } from '../../scripts/bench/quality/record.ts';

const FIGURES = { overloadBps: 0, mlu: 0.8, cost: 10 };

/** What became of a case that is contested, with the plan at the optimum. */
export function outcome(some: Partial<Outcome> = {}): Outcome {
  return {
    floorBps: 1,
    ours: { ...FIGURES, lostBps: 0 },
    igp: { overloadBps: 100, mlu: 1.2, cost: 50 },
    nothing: { ...FIGURES, lostShare: 0.3 },
    naive: null,
    hottestFixed: 0.5,
    gap: 0,
    affected: 2,
    moves: 1,
    extra: 0,
    elapsedMs: 1,
    sameAffected: true,
    isVerified: false,
    refused: null,
    standing: 'contested',
    optimum: { ...FIGURES, overTwo: 0, twoPaths: null, rounds: 1, isExact: true },
    affectedOverloadBps: 0,
    allMovable: null,
    order: null,
    metrics: null,
    ...some,
  };
}

/** A case of a small network. */
export function caseRecord(some: Partial<CaseRecord> = {}): CaseRecord {
  return {
    network: 'nsfnet',
    base: 'igp',
    seed: 1,
    mlu: 0.7,
    limit: 1,
    failure: 'link a',
    nodes: 14,
    kind: 'link',
    failed: ['a'],
    outcome: outcome(),
    ...some,
  };
}
