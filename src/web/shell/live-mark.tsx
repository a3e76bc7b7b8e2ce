import { useLive } from '../live/use-live.ts';
import { formatAge } from '../shared/format.ts';
import { useNow } from '../shared/use-now.ts';
import classes from './live-mark.module.css';

/** Whether what is on the screen is what is. */
export function LiveMark() {
  const phase = useLive((state) => state.phase);
  return (
    <span className={classes.mark} data-phase={phase} data-testid="live" role="status">
      <span className={classes.dot} aria-hidden="true" />
      {phase === 'live' && 'live'}
      {phase === 'connecting' && 'connecting'}
      {phase === 'lost' && <LostFor />}
    </span>
  );
}

function LostFor() {
  const sinceMs = useLive((state) => state.lostSinceMs);
  const offsetMs = useLive((state) => state.clockOffsetMs);
  const nowMs = useNow() - offsetMs;
  return <>connection lost{sinceMs !== null && ` ${formatAge(nowMs - sinceMs)}`}</>;
}
