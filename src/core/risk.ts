/** From harmless to urgent. */
export const RISK_LEVELS = ['minimal', 'low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** A level covers the probabilities above the first figure. */
const ABOVE: readonly (readonly [above: number, level: RiskLevel])[] = [
  [0.8, 'critical'],
  [0.6, 'high'],
  [0.4, 'medium'],
  [0.2, 'low'],
];

/** The level of a probability (0..1). */
export function riskLevelOf(probability: number): RiskLevel {
  return ABOVE.find(([above]) => probability > above)?.[1] ?? 'minimal';
}
