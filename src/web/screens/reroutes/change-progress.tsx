import type { ProposalView } from '../../../api/schemas/screen.ts';
import { Age } from '../../shared/age.tsx';
import { formatRatio } from '../../shared/format.ts';
import classes from './why-this.module.css';

const VERDICTS = {
  pending: 'Being verified',
  'as-predicted': 'Verified: it came as predicted',
  worse: 'It came worse than predicted',
  unmeasured: 'It cannot be verified',
} as const;

/** How far the change is on its way into the network or out of it, and how it turned out. */
export function ChangeProgress({ proposal }: { readonly proposal: ProposalView }) {
  const { change, verification, approvals = [], heldBack, status } = proposal;
  if (!change && !verification && approvals.length === 0 && !heldBack) return null;
  return (
    <section aria-label="Change" data-testid="change">
      <h3>Change</h3>
      {approvals.map(({ by, atMs }) => (
        <p key={by}>
          Approved by {by} <Age atMs={atMs} />.
        </p>
      ))}
      {heldBack && status !== 'applied' && status !== 'verified' && <p>Not applied by itself: {heldBack}.</p>}
      {change && (
        <p>
          {change.done} of {change.steps.length} steps are in the network
          {change.direction === 'back' && `, on the way back${change.reason === null ? '' : `: ${change.reason}`}`}
          {change.failures > 0 && `; the present step failed ${change.failures} times`}.{' '}
          <span className="dim">
            {change.automatic ? 'Begun by Detour itself' : `Begun by ${change.by}`} <Age atMs={change.startedAtMs} />
          </span>
        </p>
      )}
      {change && change.steps.length > 0 && (
        <details className={classes.details}>
          <summary>What each step does</summary>
          <ol>
            {change.steps.map((step, index) => (
              <li key={step} data-done={index < change.done}>
                {step}
              </li>
            ))}
          </ol>
        </details>
      )}
      {verification && (
        <p>
          {VERDICTS[verification.verdict]}. {verification.reason}.
          {verification.loadError !== null && ` Loads were off by ${formatRatio(verification.loadError)}.`}
        </p>
      )}
    </section>
  );
}
