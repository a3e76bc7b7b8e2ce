import type { HealthState } from '../../api/schemas/screen.ts';
import classes from './state-badge.module.css';

export const STATE_LABELS: Readonly<Record<HealthState, string>> = {
  healthy: 'healthy',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  down: 'down',
  stale: 'stale',
};

/** A shape of its own for every state, in a box of 12 x 12: colour is never all there is. */
const SHAPES: Readonly<Record<HealthState, React.ReactNode>> = {
  healthy: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  degraded: <path d="M6 1.2 11.2 10.500H.8Z" fill="currentColor" />,
  unhealthy: <path d="M6 .5 11.500 6 6 11.500.5 6Z" fill="currentColor" />,
  down: <path d="m2 2 8 8m0-8-8 8" fill="none" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />,
  stale: (
    <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.100 2.100" />
  ),
};

export function StateMark({ state, size = 10 }: { readonly state: HealthState; readonly size?: number }) {
  return (
    <svg className={classes[state]} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}

/** State of a link as mark and word. */
export function StateBadge({ state }: { readonly state: HealthState }) {
  return (
    <span className={classes.badge} data-state={state}>
      <StateMark state={state} />
      {STATE_LABELS[state]}
    </span>
  );
}
