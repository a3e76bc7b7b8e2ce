import { formatUtilisation } from '../../shared/format.ts';
import { utilisationBand } from '../../theme/utilisation.ts';
import classes from './links.module.css';

interface Props {
  readonly utilisation: number | null;
  /** Of the scale that the map uses. */
  readonly colours: readonly string[];
}

/** A figure with a bar in the colour that the map gives it. */
export function UtilisationBar({ utilisation, colours }: Props) {
  const share = Math.min(1, Math.max(0, utilisation ?? 0));
  return (
    <span className={classes.use}>
      <span className={classes.figure}>{formatUtilisation(utilisation)}</span>
      <svg width="44" height="6" viewBox="0 0 44 6" aria-hidden="true">
        <rect width="44" height="6" rx="1" className={classes.track} />
        {utilisation !== null && (
          <rect width={share * 44} height="6" rx="1" fill={colours[utilisationBand(utilisation)]} />
        )}
      </svg>
    </span>
  );
}
