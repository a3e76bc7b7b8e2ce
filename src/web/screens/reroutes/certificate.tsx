import { IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Plan } from '../../../api/schemas/screen.ts';
import { planQuery } from '../../service/queries.ts';
import { formatDuration, formatRatio, plural } from '../../shared/format.ts';
import classes from './proposal-panel.module.css';

/** A plan this far from the least load did not try for it: it was within the limits without. */
const ON_PURPOSE = 0.05;

/** How good the plan provably is, in plain words. Absent while the plan is not known or proves nothing. */
export function Certificate({ planId }: { readonly planId: string }) {
  const { data } = useQuery(planQuery(planId));
  const proof = data && worstProof(data);
  if (!data || !proof) return null;
  const { gap, mlu, mluBound, movable } = proof;
  return (
    <section className={classes.proof} aria-label="Proof" data-testid="certificate">
      <IconShieldCheck size={17} aria-hidden="true" />
      <div>
        <strong>{gapSentence(gap)}</strong>
        <span className="dim">
          {formatRatio(mlu)} where {formatRatio(mluBound)} is the proven least, for {plural(movable, 'demand')} of the
          plan together · {formatDuration(data.elapsedMs)}
        </span>
      </div>
    </section>
  );
}

/** A plan has a proof for each set of demands it moved together; it is as good as the weakest. */
export function worstProof({ proofs }: Pick<Plan, 'proofs'>): Plan['proofs'][number] | null {
  return proofs.reduce<Plan['proofs'][number] | null>(
    (worst, each) => (worst && worst.gap >= each.gap ? worst : each),
    null,
  );
}

export function gapSentence(gap: number): string {
  if (gap > ON_PURPOSE) return 'Low enough: shorter ways and fewer moves count more';
  if (gap < 0.0005) return 'The highest load cannot be any lower';
  return `Highest load within ${formatRatio(gap)} of the lowest possible`;
}
