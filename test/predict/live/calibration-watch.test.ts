import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { calibrationFinding } from '../../../src/predict/live/calibration-watch.ts';
import { emptyLedger, enterRisks } from '../../../src/predict/live/ledger.ts';

const DAY_MS = 86_400_000;
const HORIZON_MS = 21_600_000;
const EVERY_MS = 3_600_000;
const LINKS = 200;
const TODAY_MS = 1000 * DAY_MS;

/** Eight days in which links fail `factor` times as often as is said; each failure counts for all of its horizon. */
function ledgerOf(factor: number, days = 8) {
  const [rng, ledger] = [createRng(5), emptyLedger()];
  const said = 0.03;
  for (let atMs = TODAY_MS - days * DAY_MS; atMs < TODAY_MS; atMs += EVERY_MS * 6) {
    const fails = Array.from({ length: LINKS }, () => (rng.next() < said * factor ? 1 : 0));
    const probabilities = new Array<number>(LINKS).fill(said);
    for (let at = 0; at < 6; at += 1) {
      const about = { atMs: atMs + at * EVERY_MS, modelId: 'm', horizonMs: HORIZON_MS };
      enterRisks(ledger, { ...about, probabilities, truths: fails });
    }
  }
  return ledger;
}

describe('rolling calibration', () => {
  it('is fine while failures come about as often as is said', () => {
    const found = calibrationFinding(ledgerOf(1), 'm', TODAY_MS, EVERY_MS);
    expect(found).toMatchObject({ isDrifting: false, days: 7 });
    expect(found.expected).toBeCloseTo(7 * 4 * LINKS * 0.03, 6);
    expect(found.observed / found.expected).toBeGreaterThan(0.7);
    expect(calibrationFinding(ledgerOf(1.4), 'm', TODAY_MS, EVERY_MS).isDrifting).toBe(false);
  });

  it('drifts where failures come much more or much less often', () => {
    expect(calibrationFinding(ledgerOf(3), 'm', TODAY_MS, EVERY_MS).isDrifting).toBe(true);
    expect(calibrationFinding(ledgerOf(0.2), 'm', TODAY_MS, EVERY_MS).isDrifting).toBe(true);
  });

  it('says nothing of a few days, or of another model', () => {
    expect(calibrationFinding(ledgerOf(3, 5), 'm', TODAY_MS, EVERY_MS)).toMatchObject({ isDrifting: false, days: 5 });
    expect(calibrationFinding(ledgerOf(3), 'other', TODAY_MS, EVERY_MS)).toMatchObject({ isDrifting: false, days: 0 });
  });
});
