import { useScheme } from '../theme/use-scheme.ts';
import { type ScaleName, scaleColours, UTILISATION_STOPS } from '../theme/utilisation.ts';
import classes from './utilisation-legend.module.css';

/** The scale with the bounds of its bands. */
export function UtilisationLegend({ scale }: { readonly scale: ScaleName }) {
  const colours = scaleColours(scale, useScheme());
  return (
    <figure className={classes.legend} data-testid="utilisation-legend">
      <figcaption>utilisation %, each way</figcaption>
      <svg viewBox="0 0 208 22" width="208" height="22" role="img" aria-label="scale of utilisation, from 0 to 95 %">
        {UTILISATION_STOPS.map((stop, band) => (
          <g key={stop} transform={`translate(${band * 26} 0)`}>
            <rect width="26" height="7" fill={colours[band]} />
            <text y="19">{Math.round(stop * 100)}</text>
          </g>
        ))}
      </svg>
    </figure>
  );
}
