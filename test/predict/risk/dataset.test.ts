import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { isCalm } from '../../../src/predict/risk/calm.ts';
import type { RiskMoment } from '../../../src/predict/risk/collector.ts';
import { DatasetBuilder } from '../../../src/predict/risk/dataset.ts';
import { RISK_FEATURE_NAMES } from '../../../src/predict/risk/features.ts';
import { START_MS } from './world.ts';

const WIDTH = RISK_FEATURE_NAMES.length;
const POWER = RISK_FEATURE_NAMES.indexOf('rxPowerAgainst1d');

/** Many links at one moment: one in ten fails within 6 h, one in ten has lost light. */
function moment(linkCount: number): RiskMoment {
  const values = new Float32Array(linkCount * WIDTH);
  const within = [0, 1, 2].map(() => new Float32Array(linkCount));
  for (let link = 0; link < linkCount; link += 1) {
    values[link * WIDTH + POWER] = link % 10 === 3 ? -2 : 0.1;
    (within[2] as Float32Array)[link] = link % 100 < 10 ? 1 : 0;
  }
  const table = { names: RISK_FEATURE_NAMES, rowCount: linkCount, values };
  return { atMs: START_MS, table, labels: { counts: new Uint8Array(linkCount).fill(1), within } };
}

describe('rows to learn from', () => {
  const all = moment(20_000);
  const builder = new DatasetBuilder({ keepOneIn: 20 }, createRng(1));
  builder.add(all, 0);
  const { table, weights, within } = builder.dataset();
  const rows = Array.from(weights.keys());
  const isOdd = (row: number) => !isCalm(table.values, row * WIDTH);
  const sum = (of: readonly number[]) => of.reduce((total, row) => total + (weights[row] as number), 0);

  it('are all those in which something is out of the ordinary, whatever followed', () => {
    const odd = rows.filter(isOdd);
    expect(odd.length).toBe(2000);
    expect(odd.filter((row) => within[2]?.[row] === 1).length).toBe(200);
    expect(odd.every((row) => weights[row] === 1)).toBe(true);
  });

  it('are few of the calm ones, which weigh as much as all of them did', () => {
    const calm = rows.filter((row) => !isOdd(row));
    expect(calm.length).toBeLessThan(2000);
    const before = calm.filter((row) => within[2]?.[row] === 1);
    expect(Math.abs(sum(before) / 1800 - 1)).toBeLessThan(0.15);
    expect(Math.abs(sum(calm) / 18_000 - 1)).toBeLessThan(0.15);
  });

  it('count calm time more often where failures come more often than where the model is used', () => {
    const often = new DatasetBuilder({ keepOneIn: 20, rateFactor: 8 }, createRng(1));
    often.add(all, 0);
    const other = often.dataset();
    const ratio = (row: number) => (other.weights[row] as number) / (weights[row] as number);
    for (const row of rows) expect(ratio(row)).toBe(!isOdd(row) && within[2]?.[row] === 0 ? 8 : 1);
  });
});
