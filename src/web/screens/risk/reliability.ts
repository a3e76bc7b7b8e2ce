import type { PredictionQuality } from '../../../api/schemas/screen.ts';
import { formatDuration, formatShare, plural } from '../../shared/format.ts';

type Horizon = PredictionQuality['horizons'][number];

/** Fewer cases than this say nothing: a share of them would only look like a figure. */
const LEAST_CASES = 10;

/** What past predictions were worth, in sentences: by level where links were rated so, else by chance. */
export function reliabilitySentences({ horizonMs, levels, calibration }: Horizon): string[] {
  const within = `within ${formatDuration(horizonMs)}`;
  const byLevel = levels
    .filter(({ level, rated }) => rated > 0 && level !== 'minimal')
    .toReversed()
    .map(({ level, rated, degraded }) =>
      rated < LEAST_CASES
        ? `Of ${plural(rated, 'link')} rated ${level}, ${degraded} failed ${within}: too few to tell.`
        : `Of ${plural(rated, 'link')} rated ${level}, ${degraded} failed ${within} (${formatShare(degraded / rated)}).`,
    );
  const surest = calibration.filter(({ count, predicted }) => count >= LEAST_CASES && predicted >= 0.05).at(-1);
  if (!surest) return byLevel;
  const { predicted, observed } = surest;
  return [`Of links rated ${formatShare(predicted)}, ${formatShare(observed)} failed ${within}.`, ...byLevel];
}
