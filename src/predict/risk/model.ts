import { riskLevelOf } from '../../core/risk.ts';
import { type Ensemble, probabilitiesOf } from '../ensemble.ts';
import type { FeatureTable } from '../feature-table.ts';
import type { AttributedTrees } from './attributed-trees.ts';
import { RISK_HORIZONS } from './labels.ts';

/** One horizon of a model: the ensemble, and what its trees say on average below each node, for explanations. */
export interface HorizonRisk {
  readonly ensemble: Ensemble;
  readonly boosted: AttributedTrees;
  readonly forest: AttributedTrees;
}

/** Predicts, for links that are well, the chance to fail within each of RISK_HORIZONS. */
export interface RiskModel {
  readonly features: readonly string[];
  /** One for each of RISK_HORIZONS. */
  readonly horizons: readonly HorizonRisk[];
}

/**
 * Chances (0..1) by horizon and row. A longer horizon never has the smaller chance: what happens within an hour
 * happens within six.
 */
export function predictRisks({ horizons }: RiskModel, table: FeatureTable): Float64Array[] {
  const width = table.names.length;
  const chances = horizons.map(({ ensemble }) => probabilitiesOf(ensemble, table.values, table.rowCount, width));
  return ordered(chances);
}

/** Lifts what lies below the shorter horizon, in place. Also for chances that onnxruntime gave. */
export function ordered(chances: Float64Array[]): Float64Array[] {
  for (let horizon = 1; horizon < chances.length; horizon += 1) {
    const [shorter, own] = [chances[horizon - 1] as Float64Array, chances[horizon] as Float64Array];
    for (let row = 0; row < own.length; row += 1) own[row] = Math.max(own[row] as number, shorter[row] as number);
  }
  return chances;
}

/**
 * By when half of the chance of the longest horizon has come, ms: chances grow along straight lines between the
 * horizons. Null where the level is minimal: then it says nothing.
 */
export function leadTimeMs(chances: readonly number[]): number | null {
  const longest = chances.at(-1) as number;
  if (riskLevelOf(longest) === 'minimal') return null;
  const half = longest / 2;
  let [beforeMinutes, before] = [0, 0];
  for (const [horizon, { minutes }] of RISK_HORIZONS.entries()) {
    const chance = chances[horizon] as number;
    if (chance >= half) {
      const share = chance === before ? 1 : (half - before) / (chance - before);
      return Math.round((beforeMinutes + share * (minutes - beforeMinutes)) * 60_000);
    }
    [beforeMinutes, before] = [minutes, chance];
  }
  return null;
}
