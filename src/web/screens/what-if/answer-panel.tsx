import type { Move } from '../../../api/schemas/screen.ts';
import type { WhatIf } from '../../../api/schemas/studies.ts';
import { FiguresTable } from '../../shared/figures-table.tsx';
import { formatBps, plural } from '../../shared/format.ts';
import layout from '../../shared/side-by-side.module.css';
import { STAGE_LABELS } from './imagined.ts';
import classes from './what-if.module.css';

interface Props {
  readonly answer: WhatIf;
  readonly isBehind: boolean;
  readonly move: Move | null;
  readonly showMove: (move: Move | null) => void;
}

export function AnswerPanel({ answer, isBehind, move, showMove }: Props) {
  return (
    <section aria-label="Answer" aria-busy={isBehind} className={classes.answer} data-testid="what-if-answer">
      <h2>Loads and losses</h2>
      <FiguresTable answer={answer} labels={STAGE_LABELS} />
      {answer.after.mluArc && <p className="dim">Fullest after the plan: {answer.after.mluArc}</p>}
      <h2>The plan</h2>
      {answer.refused && <p>Nothing would be planned: {answer.refused.reason}</p>}
      {!answer.refused && <PlanText answer={answer} />}
      <ul className={layout.list}>
        {answer.proposals.map((proposal) => (
          <li key={proposal.id}>
            <button
              type="button"
              className={layout.item}
              aria-pressed={move !== null && proposal.moves.includes(move)}
              onClick={() => showMove(proposal.moves.toSorted((x, y) => y.bps - x.bps)[0] ?? null)}
            >
              <span className={layout.row}>
                <span className="id">{proposal.links.join(' ')}</span>
                <span className="dim">{FATES[proposal.fate]}</span>
              </span>
              {proposal.why.summary}
            </button>
          </li>
        ))}
      </ul>
      {answer.proofs.map(({ summary }) => (
        <p key={summary} className="dim">
          {summary}
        </p>
      ))}
    </section>
  );
}

const FATES = { created: 'new', revised: 'revised', closed: 'taken back' } as const;

function PlanText({ answer: { proposals, kept, movedBps } }: Pick<Props, 'answer'>) {
  if (proposals.length === 0) {
    const same = kept.length === 1 ? '1 proposal stays as it is' : `${kept.length} proposals stay as they are`;
    return <p>Nothing would be moved{kept.length > 0 && `; ${same}`}.</p>;
  }
  return (
    <p>
      {plural(proposals.length, 'proposal')} would change
      {movedBps > 0 ? `; ${formatBps(movedBps)} would move.` : '; no traffic would move.'}
    </p>
  );
}
