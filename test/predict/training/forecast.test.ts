import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import type { ImportBlock } from '../../../src/history/history.ts';
import { forecastTestFromMs, learnForecast } from '../../../src/predict/training/forecast.ts';
import type { TrainingWorld } from '../../../src/predict/training/world.ts';
import { NETWORK } from '../../api/harness.ts';

const DAY_MS = 86_400_000;
const STEP_MS = 600_000;
const MONDAY_MS = Date.UTC(2026, 0, 5);

/** A world of one arc, of which `known` says what is known. */
function worldOf(days: number, known: (day: number) => boolean): TrainingWorld {
  const [fromMs, toMs] = [MONDAY_MS, MONDAY_MS + days * DAY_MS];
  function* blocks(): Iterable<ImportBlock> {
    const rng = createRng(1);
    const steps = Array.from({ length: (days * DAY_MS) / STEP_MS }, (_, step) => step);
    const told = steps.filter((step) => known((step * STEP_MS) / DAY_MS));
    for (const id of ['AB:az', 'AB:za', 'BC:az', 'BC:za', 'AD:az', 'AD:za']) {
      yield {
        ...{ kind: 'arc', id, metric: 'utilisation' },
        atMs: Float64Array.from(told, (step) => fromMs + step * STEP_MS),
        values: Float64Array.from(
          told,
          (step) => 0.4 + 0.2 * Math.sin((step * STEP_MS * 2 * Math.PI) / DAY_MS) + 0.02 * rng.normal(),
        ),
      };
    }
  }
  return { name: 'made-up', network: NETWORK.network, fromMs, toMs, blocks };
}

describe('learning forecasts', () => {
  it('tests on the last whole week where there are four, else on the last fifth', () => {
    const testDays = (days: number) => (forecastTestFromMs({ fromMs: 0, toMs: days * DAY_MS }) / DAY_MS).toFixed(2);
    expect(testDays(42)).toBe('35.00');
    expect(testDays(28)).toBe('21.00');
    expect(testDays(10)).toBe('8.10');
  });

  it('says that too little is known, where the past has hardly any figures', async () => {
    const empty = worldOf(10, (day) => day > 9.5);
    await expect(learnForecast([empty], [], 1, () => undefined)).rejects.toThrow('too little is known');
  });
});
