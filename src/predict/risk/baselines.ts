import type { FeatureTable } from '../feature-table.ts';
import { RISK_FEATURE_NAMES } from './features.ts';

/** A rule that anyone can follow: higher is riskier. May remember what it saw; moments come in order. */
export interface RiskRule {
  readonly name: string;
  score(table: FeatureTable): Float32Array;
}

const COLUMN = new Map(RISK_FEATURE_NAMES.map((name, column) => [name, column]));

function reader(table: FeatureTable, row: number) {
  const from = row * table.names.length;
  return (name: string) => table.values[from + (COLUMN.get(name) as number)] as number;
}

type Read = ReturnType<typeof reader>;

function rule(name: string, score: (read: Read) => number): RiskRule {
  return {
    name,
    score: (table) => Float32Array.from({ length: table.rowCount }, (_, row) => score(reader(table, row))),
  };
}

const largest = (values: readonly number[]) =>
  values.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, value)), 0);

/** How near figures are to what alarms are usually set to: those of the scorer, and of the usual equipment. */
const thresholdRule = rule('threshold rule', (read) =>
  largest([
    1 + (read('loss10m') + 3) / 6,
    1 + (read('errors10m') + 4) / 5,
    read('utilisation10m') / 0.8,
    read('latencyAbove10m') / 5,
    read('cpu10m') / 0.9,
    read('memory10m') / 0.9,
    read('temperature10m') / 70,
    -read('rxPowerAgainst1d') / 3,
    1 + (read('bitErrors10m') + 2) / 2,
  ]),
);

/** What failed within the last six hours will within the next six. */
const persistence = rule('persistence', (read) => (read('hoursSinceTrouble') <= 6 ? 1 : 0));
const neighbourIsBad = rule('neighbour is bad', (read) => read('neighboursBad') + read('conduitBad'));
const sinceFailure = rule('time since last failure', (read) => -read('hoursSinceTrouble'));

/** Figures that an EWMA chart is kept of, and which way is bad. */
const CHARTED = [
  ['loss10m', 1],
  ['errors10m', 1],
  ['latencyAbove10m', 1],
  ['utilisation10m', 1],
  ['rxPower10m', -1],
  ['bitErrors10m', 1],
  ['cpu10m', 1],
  ['temperature10m', 1],
] as const;
/** Of the newest value, in the mean that is charted and in the slow one it is compared with (Roberts 1959). */
const [FAST, SLOW] = [0.3, 0.02];
const LEAST_DEVIATION = 1e-3;

/** EWMA charts of each figure of each link: how many deviations the fast mean lies on the bad side of the slow one. */
class EwmaRule implements RiskRule {
  readonly name = 'EWMA';
  #fast = new Float64Array(0);
  #slow = new Float64Array(0);
  #variance = new Float64Array(0);

  score(table: FeatureTable): Float32Array {
    if (this.#fast.length === 0) this.#begin(table.rowCount * CHARTED.length);
    return Float32Array.from({ length: table.rowCount }, (_, row) => {
      const read = reader(table, row);
      return largest(CHARTED.map(([name, sign], at) => sign * this.#chart(row * CHARTED.length + at, read(name))));
    });
  }

  #begin(size: number): void {
    this.#fast = new Float64Array(size).fill(Number.NaN);
    this.#slow = new Float64Array(size).fill(Number.NaN);
    this.#variance = new Float64Array(size);
  }

  #chart(at: number, value: number): number {
    if (Number.isNaN(value)) return 0;
    const [fast, slow] = [this.#fast[at] as number, this.#slow[at] as number];
    if (Number.isNaN(slow)) {
      this.#fast[at] = this.#slow[at] = value;
      return 0;
    }
    this.#fast[at] = fast + FAST * (value - fast);
    const off = value - slow;
    const deviation = Math.sqrt(this.#variance[at] as number) + LEAST_DEVIATION;
    this.#slow[at] = slow + SLOW * off;
    this.#variance[at] = (1 - SLOW) * ((this.#variance[at] as number) + SLOW * off * off);
    return ((this.#fast[at] as number) - slow) / deviation;
  }
}

/** New rules, one set for each run of moments. */
export function riskRules(): RiskRule[] {
  return [thresholdRule, new EwmaRule(), persistence, neighbourIsBad, sinceFailure];
}
