import { useLive } from '../live/use-live.ts';
import { formatAge } from '../shared/format.ts';
import { useNow } from '../shared/use-now.ts';
import classes from './map-notice.module.css';

/** What must be known about the whole picture before a single link is looked at. */
export function MapNotice() {
  const phase = useLive((state) => state.phase);
  const heardAtMs = useLive((state) => state.heardAtMs);
  const offsetMs = useLive((state) => state.clockOffsetMs);
  const total = useLive((state) => state.links.length);
  const stale = useLive((state) => state.counts.stale);
  const refused = useLive((state) => state.status?.lastPlan?.refused ?? null);
  const nowMs = useNow() - offsetMs;
  const text =
    phase === 'lost' && heardAtMs !== null
      ? `Connection lost. This is how it was ${formatAge(nowMs - heardAtMs)} ago; trying again.`
      : total > 0 && stale === total
        ? 'No link has been heard from yet. Figures appear as samples arrive.'
        : refused
          ? `No plan: ${refused.reason}`
          : null;
  if (!text) return null;
  return (
    <p className={classes.notice} role="status" data-testid="map-notice">
      {text}
    </p>
  );
}
