import { useLive } from '../live/use-live.ts';
import { AcknowledgedMark } from '../shared/acknowledged-mark.tsx';
import { RiskMark } from '../shared/risk-badge.tsx';
import { UtilisationLegend } from '../shared/utilisation-legend.tsx';
import classes from './map-legend.module.css';
import type { MapSettings } from './use-map-settings.ts';

interface Props {
  readonly settings: MapSettings;
  /** Whether predicted risks are on the map. */
  readonly withRisks?: boolean;
  /** Whether links that are worked on are on the map. */
  readonly withWork?: boolean;
  /** Whether paths before and after are on the map. */
  readonly withPaths?: boolean;
  readonly brief?: boolean;
}

export function MapLegend({ settings, withRisks = false, withWork = false, withPaths = false, brief = false }: Props) {
  const withKnown = useLive(({ links }) => links.some(({ acknowledged }) => acknowledged !== null));
  return (
    <div className={classes.legend} data-testid="map-legend" data-covers-map data-brief={brief}>
      <UtilisationLegend scale={settings.scale} />
      {withPaths && (
        <ul className={classes.list} aria-label="Paths">
          <li>
            <span className={classes.before} /> before
          </li>
          <li>
            <span className={classes.after} /> after
          </li>
        </ul>
      )}
      <ul className={classes.list} aria-label="Marks">
        <li>
          <Mark className={classes.degraded} path="M6 1.2 11.2 10.5H.8Z" /> degraded
        </li>
        <li>
          <Mark className={classes.down} path="M6 .5 11.5 6 6 11.5.5 6Z" /> unhealthy
        </li>
        <li>
          <svg className={classes.down} width="30" height="12" aria-hidden="true">
            <path d="M0 6h9m12 0h9M12 3l6 6m0-6-6 6" fill="none" stroke="currentColor" strokeWidth="2.2" />
          </svg>
          down
        </li>
        <li>
          <svg className={classes.dim} width="22" height="12" aria-hidden="true">
            <path d="M0 6h22" stroke="currentColor" strokeWidth="2" strokeDasharray="3 3" />
          </svg>
          stale
        </li>
        {withKnown && (
          <li>
            <AcknowledgedMark /> acknowledged
          </li>
        )}
        {withWork && (
          <li>
            <svg width="13" height="12" viewBox="0 0 13 12" aria-hidden="true">
              <path d="M12 6 9.2 11H3.800L1 6l2.800-5h5.400Z" fill="none" stroke="currentColor" strokeWidth="1.6" />
            </svg>
            maintenance
          </li>
        )}
        {withRisks && (
          <li>
            <RiskMark level="high" /> predicted
          </li>
        )}
      </ul>
    </div>
  );
}

function Mark({ path, className }: { readonly path: string; readonly className: string | undefined }) {
  return (
    <svg className={className} width="11" height="11" viewBox="0 0 12 12" aria-hidden="true">
      <path d={path} fill="currentColor" />
    </svg>
  );
}
