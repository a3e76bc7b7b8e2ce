import type { Rng } from '../../core/rng.ts';
import { type FeatureTable, rowsOf } from '../feature-table.ts';
import { isCalm } from './calm.ts';
import type { RiskMoment } from './collector.ts';
import { RISK_FEATURE_NAMES } from './features.ts';
import { RISK_HORIZONS } from './labels.ts';

/** Rows to learn from: healthy links at moments, with what came of them. */
export interface RiskDataset {
  readonly table: FeatureTable;
  /** By horizon: 1, 0, or NaN where not known. */
  readonly within: readonly Float32Array[];
  /** How many rows like it each stands for: more than 1 where they were thinned out. */
  readonly weights: Float32Array;
  /** When each row was, ms. */
  readonly atMs: Float64Array;
  /** Number of the network and run that each row comes from. */
  readonly world: Int32Array;
}

/** Which rows are kept. */
export interface Thinning {
  /** Of calm rows that no failure follows one in so many is kept, at random. */
  readonly keepOneIn: number;
  /** Failures come this many times as often as where the model will be used: calm time counts so many times. */
  readonly rateFactor?: number;
}

/** Of calm rows before a failure, which came out of the blue as far as one could see, one in so many is kept. */
const CALM_BEFORE_FAILURE_ONE_IN = 3;

/**
 * Gathers rows to learn from. Rows in which something is out of the ordinary are all kept, whatever followed: what comes
 * to nothing can only be told from what fails where both are seen. Calm ones, nearly all, are thinned out at random by
 * what was known at the time, and the rest weighs as much as all did, so that calibration sees the true shares.
 */
export class DatasetBuilder {
  readonly #thinning: Required<Thinning>;
  readonly #rng: Rng;
  readonly #values: Float32Array[] = [];
  readonly #within: number[][] = RISK_HORIZONS.map(() => []);
  readonly #weights: number[] = [];
  readonly #atMs: number[] = [];
  readonly #world: number[] = [];

  constructor(thinning: Thinning, rng: Rng) {
    this.#thinning = { rateFactor: 1, ...thinning };
    this.#rng = rng;
  }

  get rowCount(): number {
    return this.#weights.length;
  }

  add({ table, labels, atMs }: RiskMoment, world: number): void {
    const width = table.names.length;
    const { keepOneIn, rateFactor } = this.#thinning;
    for (let link = 0; link < table.rowCount; link += 1) {
      if (labels.counts[link] === 0) continue;
      const isBeforeFailure = labels.within.some((own) => own[link] === 1);
      const calm = isCalm(table.values, link * width);
      const oneIn = !calm ? 1 : isBeforeFailure ? CALM_BEFORE_FAILURE_ONE_IN : keepOneIn;
      if (this.#rng.next() * oneIn >= 1) continue;
      this.#values.push(table.values.slice(link * width, (link + 1) * width));
      for (const [horizon, own] of labels.within.entries()) this.#within[horizon]?.push(own[link] as number);
      this.#weights.push(calm && !isBeforeFailure ? oneIn * rateFactor : oneIn);
      this.#atMs.push(atMs);
      this.#world.push(world);
    }
  }

  dataset(): RiskDataset {
    const width = RISK_FEATURE_NAMES.length;
    const values = new Float32Array(this.rowCount * width);
    this.#values.forEach((row, at) => {
      values.set(row, at * width);
    });
    return {
      table: { names: RISK_FEATURE_NAMES, rowCount: this.rowCount, values },
      within: this.#within.map((own) => Float32Array.from(own)),
      weights: Float32Array.from(this.#weights),
      atMs: Float64Array.from(this.#atMs),
      world: Int32Array.from(this.#world),
    };
  }
}

/** All rows of these, one after another. */
export function joinDatasets(parts: readonly RiskDataset[]): RiskDataset {
  const floats = (pick: (part: RiskDataset) => Float32Array) => {
    const all = new Float32Array(parts.reduce((sum, part) => sum + pick(part).length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(pick(part), at);
      at += pick(part).length;
    }
    return all;
  };
  const rowCount = parts.reduce((sum, { table }) => sum + table.rowCount, 0);
  return {
    table: { names: RISK_FEATURE_NAMES, rowCount, values: floats(({ table }) => table.values) },
    within: RISK_HORIZONS.map((_, at) => floats(({ within }) => within[at] as Float32Array)),
    weights: floats(({ weights }) => weights),
    atMs: Float64Array.from(parts.flatMap(({ atMs }) => Array.from(atMs))),
    world: Int32Array.from(parts.flatMap(({ world }) => Array.from(world))),
  };
}

/** The rows of a dataset with these numbers. */
export function pickRows(dataset: RiskDataset, rows: Int32Array): RiskDataset {
  return {
    table: rowsOf(dataset.table, rows),
    within: dataset.within.map((own) => Float32Array.from(rows, (row) => own[row] as number)),
    weights: Float32Array.from(rows, (row) => dataset.weights[row] as number),
    atMs: Float64Array.from(rows, (row) => dataset.atMs[row] as number),
    world: Int32Array.from(rows, (row) => dataset.world[row] as number),
  };
}

/** Numbers of the rows that `keep` says yes to. */
export function rowsWhere(dataset: RiskDataset, keep: (row: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < dataset.table.rowCount; row += 1) if (keep(row)) rows.push(row);
  return Int32Array.from(rows);
}
