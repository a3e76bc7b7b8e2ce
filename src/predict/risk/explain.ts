import { riskLevelOf } from '../../core/risk.ts';
import { contributionsOf } from './attribution.ts';
import { RISK_FEATURES } from './feature-list.ts';
import type { FeatureGroup, RiskFeature } from './feature-parts.ts';
import type { HorizonRisk } from './model.ts';

/** One feature that speaks for trouble, in words. */
export interface RiskFactor {
  readonly feature: string;
  readonly group: FeatureGroup;
  /** Null where the feature is not known: that it is missing is what speaks for trouble. */
  readonly value: number | null;
  readonly unit: string;
  /** By how much it raises the log odds above those of the average link. */
  readonly weight: number;
  /** `receive power against that of the last day: -1.2 dB`. */
  readonly text: string;
}

const TOP = 5;
/** Less than this of log odds is not worth a word. */
const LEAST_WEIGHT = 0.05;

/** What is told of a feature, apart from its value. */
export type FeatureWords = Pick<RiskFeature, 'name' | 'words' | 'unit' | 'group'>;

/** Of features by name, as a model has them; one that this program has no words for goes by its name. */
export function wordsOf(names: readonly string[]): FeatureWords[] {
  const known = new Map(RISK_FEATURES.map((feature) => [feature.name, feature]));
  return names.map((name) => known.get(name) ?? { name, words: name, unit: '', group: 'surroundings' });
}

/**
 * The features that speak most for trouble, the weightiest first; those that speak against it are left out. `features`
 * are those of the row, in its order.
 */
export function topFactors(
  risk: HorizonRisk,
  values: Float32Array,
  at = 0,
  features: readonly FeatureWords[] = RISK_FEATURES,
): RiskFactor[] {
  const weights = contributionsOf(risk, values, at);
  return weightiest(weights).map((feature) =>
    factorOf(features[feature] as FeatureWords, values[at + feature] as number, weights[feature] as number),
  );
}

/** Places of the largest weights in one look at each, the largest first: thousands of rows are explained at a time. */
function weightiest(weights: Float64Array): number[] {
  const chosen: number[] = [];
  for (let feature = 0; feature < weights.length; feature += 1) {
    const weight = weights[feature] as number;
    if (!(weight >= LEAST_WEIGHT)) continue;
    let place = chosen.length;
    while (place > 0 && (weights[chosen[place - 1] as number] as number) < weight) place -= 1;
    if (place >= TOP) continue;
    chosen.splice(place, 0, feature);
    if (chosen.length > TOP) chosen.pop();
  }
  return chosen;
}

function factorOf({ name, words, unit, group }: FeatureWords, value: number, weight: number): RiskFactor {
  const isKnown = Number.isFinite(value);
  return {
    feature: name,
    group,
    value: isKnown ? value : null,
    unit,
    weight,
    text: `${words}: ${isKnown ? amountOf(value, unit) : 'not known'}`,
  };
}

function amountOf(value: number, unit: string): string {
  // People read a ratio, not its logarithm; less than the floor is none.
  if (unit === 'log10') return value <= -9 ? 'none' : (10 ** value).toExponential(1);
  const digits = Number(value.toPrecision(3));
  if (unit === 'share') return `${Number((100 * value).toPrecision(3))} %`;
  return unit === '' ? String(digits) : `${digits} ${unit}`;
}

export type Recommendation = 'drain' | 'watch' | 'check-optics' | 'add-capacity' | 'check-device' | 'none';

/** What helps against what speaks for trouble; of the rest nothing but watching does. */
const REMEDY: Partial<Record<FeatureGroup, Recommendation>> = {
  optics: 'check-optics',
  errors: 'check-optics',
  load: 'add-capacity',
  device: 'check-device',
};

/**
 * What to do: drain a link that is likely to fail, whatever the reason; see to the cause while there is time, where
 * one kind of feature carries most of the risk; else watch.
 */
export function recommend(probability: number, factors: readonly RiskFactor[]): Recommendation {
  const level = riskLevelOf(probability);
  if (level === 'minimal') return 'none';
  if (level === 'critical' || level === 'high') return 'drain';
  return remedyOf(factors) ?? 'watch';
}

/** What to look at, by the kind of feature that weighs most; null where that is none that one can see to. */
export function remedyOf(factors: readonly RiskFactor[]): Recommendation | null {
  const sums = new Map<Recommendation | null, number>();
  for (const { group, weight } of factors) {
    const remedy = REMEDY[group] ?? null;
    sums.set(remedy, (sums.get(remedy) ?? 0) + weight);
  }
  const [first] = [...sums].sort(([, x], [, y]) => y - x);
  return first?.[0] ?? null;
}
