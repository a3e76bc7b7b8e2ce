import classes from './event.module.css';
import type { Severity } from './severity.ts';

/** A shape of its own for every severity, in a box of 12 x 12: colour is never all there is. */
const SHAPES: Readonly<Record<Severity | 'cleared', React.ReactNode>> = {
  critical: <path d="M1 1h10v10H1Z" fill="currentColor" />,
  major: <path d="M6 .5 11.500 6 6 11.500.5 6Z" fill="currentColor" />,
  minor: <path d="M6 1.2 11.2 10.500H.8Z" fill="currentColor" />,
  warning: <path d="M6 2 10.200 9.800H1.800Z" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  info: <circle cx="6" cy="6" r="2.4" fill="currentColor" />,
  cleared: <path d="m2 6.500 2.800 2.800L10 3.500" fill="none" stroke="currentColor" strokeWidth="2" />,
};

export function SeverityMark({
  severity,
  cleared = false,
}: {
  readonly severity: Severity;
  readonly cleared?: boolean;
}) {
  const shape = cleared ? 'cleared' : severity;
  return (
    <svg className={classes[shape]} width="11" height="11" viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}
