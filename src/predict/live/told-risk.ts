import { type RiskLevel, riskLevelOf } from '../../core/risk.ts';
import { formatDuration, formatRatio } from '../../core/units.ts';
import { MINUTE_MS } from '../minutes.ts';
import { type Recommendation, recommend, remedyOf, topFactors, wordsOf } from '../risk/explain.ts';
import { RISK_HORIZONS } from '../risk/labels.ts';
import { type HorizonRisk, leadTimeMs, type RiskModel } from '../risk/model.ts';

/** What the chances of a row alone say. */
export interface RatedRisk {
  readonly risks: { readonly horizonMs: number; readonly probability: number }[];
  /** Of the longest horizon. */
  readonly probability: number;
  readonly level: RiskLevel;
  /** By when half of the longest horizon's chance has come; null where the level is minimal. */
  readonly leadMs: number | null;
}

/** What is said of one row of features, be it of a link or of a caller. */
export interface ToldRisk extends RatedRisk {
  readonly factors: {
    readonly feature: string;
    readonly value: number | null;
    readonly weight: number;
    readonly text: string;
  }[];
  readonly recommendation: { readonly action: Recommendation; readonly text: string };
}

/** Explains the row that begins at `at` of `values`, for which the model gave these chances, the shortest horizon first. */
export type TellRow = (chances: readonly number[], values: Float32Array, at: number) => ToldRisk;

/** Explains rows of a model's features, in the order in which it has them. */
export function tellerOf(model: RiskModel): TellRow {
  const longest = model.horizons.at(-1) as HorizonRisk;
  const words = wordsOf(model.features);
  return (chances, values, at) => {
    const rated = rateRisk(chances);
    const { probability, leadMs } = rated;
    const factors = topFactors(longest, values, at, words);
    const action = recommend(probability, factors);
    return Object.assign(rated, {
      factors: factors.map(({ feature, value, weight, text }) => ({ feature, value, weight: digits(weight), text })),
      recommendation: { action, text: adviceText(action, probability, leadMs, remedyOf(factors)) },
    });
  };
}

/** Chances (0..1), the shortest horizon first, as they are told. */
export function rateRisk(chances: readonly number[]): RatedRisk {
  // What happens within an hour happens within six: a longer horizon never has the smaller chance.
  let probability = 0;
  const risks = RISK_HORIZONS.map(({ minutes }, horizon) => {
    probability = Math.max(probability, digits(chances[horizon] as number));
    return { horizonMs: minutes * MINUTE_MS, probability };
  });
  const leadMs = leadTimeMs(risks.map((each) => each.probability));
  return { risks, probability, level: riskLevelOf(probability), leadMs };
}

/** Six digits: what is kept and sent every minute need not carry the noise of doubles. For figures >= 0. */
function digits(value: number): number {
  if (value === 0) return 0;
  // A fifth of the time that writing and reading them takes; a whole number over a power of ten has no noise either.
  const power = 10 ** (DIGITS - 1 - Math.floor(Math.log10(value)));
  return Math.round(value * power) / power;
}
const DIGITS = 6;

const ADVICE: Readonly<Record<Recommendation, string>> = {
  drain: 'take traffic off the link before it fails',
  watch: 'watch it',
  'check-optics': 'check optics, connectors and fibre',
  'add-capacity': 'add capacity, or move traffic elsewhere',
  'check-device': 'check the device: CPU, memory, cooling',
  none: 'nothing to do',
};

function adviceText(
  action: Recommendation,
  probability: number,
  leadMs: number | null,
  remedy: Recommendation | null,
): string {
  if (action === 'none') return ADVICE.none;
  const also = remedy !== null && remedy !== action ? `, and ${ADVICE[remedy]}` : '';
  const when = leadMs === null ? '' : `, half of that within ${formatDuration(leadMs)}`;
  const longest = formatDuration((RISK_HORIZONS.at(-1)?.minutes ?? 0) * MINUTE_MS);
  return `${ADVICE[action]}${also} (${formatRatio(probability)} within ${longest}${when})`;
}
