import type { RiskLevel } from '../../api/schemas/screen.ts';
import { formatShare } from './format.ts';
import classes from './risk-badge.module.css';

/** How much of the ring is filled: what is only predicted is a dashed ring everywhere, its level an area, not a hue. */
const FILLED: Readonly<Record<RiskLevel, number>> = { minimal: 0, low: 0, medium: 1.4, high: 2.4, critical: 3.4 };

export function RiskMark({ level }: { readonly level: RiskLevel }) {
  return (
    <svg className={classes.mark} data-level={level} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.600 1.900" />
      {FILLED[level] > 0 && <circle cx="6" cy="6" r={FILLED[level]} fill="currentColor" />}
    </svg>
  );
}

/** A predicted risk as mark, word and chance. */
export function RiskBadge({ level, probability }: { readonly level: RiskLevel; readonly probability: number | null }) {
  return (
    <span className={classes.badge} data-level={level}>
      <RiskMark level={level} /> {level}
      {probability !== null && <span className="figure">{formatShare(probability)}</span>}
    </span>
  );
}
