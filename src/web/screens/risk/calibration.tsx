import type { PredictionQuality } from '../../../api/schemas/screen.ts';
import { formatShare, plural } from '../../shared/format.ts';
import classes from './risk.module.css';

type Bins = PredictionQuality['horizons'][number]['calibration'];

const SIDE = 150;
const PAD = 26;

/** How often what was called so likely came true; on the line, chances are what they say. */
export function Calibration({ bins }: { readonly bins: Bins }) {
  if (bins.length === 0) return null;
  const x = (share: number) => PAD + share * SIDE;
  const y = (share: number) => SIDE - share * SIDE + 8;
  const largest = Math.max(...bins.map(({ count }) => count));
  const words = bins.map(
    ({ predicted, observed, count }) =>
      `said ${formatShare(predicted)}, came true ${formatShare(observed)} (${plural(count, 'case')})`,
  );
  return (
    <figure className={classes.calibration}>
      <svg viewBox={`0 0 ${SIDE + PAD + 12} ${SIDE + 36}`} role="img" aria-label={`Calibration: ${words.join('; ')}`}>
        <path d={`M${x(0)} ${y(0)}V${y(1)}M${x(0)} ${y(0)}H${x(1)}`} className={classes.axis} />
        <path d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} className={classes.ideal} />
        {bins.map(({ predicted, observed, count }) => (
          <circle
            key={predicted}
            cx={x(predicted)}
            cy={y(observed)}
            r={2 + 4 * Math.sqrt(count / largest)}
            className={classes.bin}
          />
        ))}
        <text x={x(0.5)} y={SIDE + 30} textAnchor="middle" className={classes.axisText}>
          said
        </text>
        <text x={12} y={y(0.5)} textAnchor="middle" transform={`rotate(-90 12 ${y(0.5)})`} className={classes.axisText}>
          came true
        </text>
      </svg>
    </figure>
  );
}
