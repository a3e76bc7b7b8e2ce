import type { Proposal } from '../../../api/schemas/screen.ts';
import { linkName } from '../../map/describe.ts';
import type { Scene } from '../../map/scene.ts';
import { formatBps, plural } from '../../shared/format.ts';
import { byReason } from './paths.ts';
import classes from './proposal-panel.module.css';

const MOST_REASONS = 6;

interface Props {
  readonly scene: Scene;
  readonly proposal: Proposal;
}

/** What cannot be moved, and what stands in its way. */
export function Unavoidable({ scene, proposal }: Props) {
  const { cuts, why } = proposal;
  const reasons = byReason(why.stayed);
  if (cuts.length === 0 && reasons.length === 0) return null;
  return (
    <section aria-label="Unavoidable" data-testid="unavoidable">
      <h3>Unavoidable</h3>
      <ul className={classes.reasons}>
        {cuts.map((cut) => (
          <li key={cut.links.join(' ')}>
            <strong>{formatBps(cut.bps)}</strong> of {plural(cut.demands.length, 'demand')} cannot pass{' '}
            {cut.links.map((id) => linkName(scene, scene.linkIndex.get(id) ?? -1)).join(', ')}: {cut.reason}
          </li>
        ))}
        {reasons.slice(0, MOST_REASONS).map(({ reason, bps, demands }) => (
          <li key={reason}>
            <strong>{formatBps(bps)}</strong> of {plural(demands.length, 'demand')}: {reason}
          </li>
        ))}
        {reasons.length > MOST_REASONS && (
          <li className="dim">and {plural(reasons.length - MOST_REASONS, 'more reason')}</li>
        )}
      </ul>
    </section>
  );
}
