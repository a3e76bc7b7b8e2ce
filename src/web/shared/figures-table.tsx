import type { Figures, WhatIf } from '../../api/schemas/studies.ts';
import { formatBps, formatUtilisation } from './format.ts';
import layout from './side-by-side.module.css';

const STAGES = ['now', 'before', 'after'] as const;

interface Props {
  readonly answer: Pick<WhatIf, 'now' | 'before' | 'after'>;
  readonly labels: Readonly<Record<(typeof STAGES)[number], string>>;
}

/** How full the network is now, with a change, and with the plan for it. */
export function FiguresTable({ answer, labels }: Props) {
  return (
    <table className={layout.figures}>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">stage</span>
          </th>
          <th scope="col">fullest</th>
          <th scope="col">above limit</th>
          <th scope="col">no way</th>
        </tr>
      </thead>
      <tbody>
        {STAGES.map((stage) => (
          <FigureRow key={stage} label={labels[stage]} figures={answer[stage]} />
        ))}
      </tbody>
    </table>
  );
}

function FigureRow({ label, figures }: { readonly label: string; readonly figures: Figures }) {
  const { mlu, overloadBps, lostBps } = figures;
  return (
    <tr>
      <th scope="row">{label}</th>
      <td data-bad={mlu > 1}>{formatUtilisation(mlu)}</td>
      <td data-bad={overloadBps > 0}>{overloadBps === 0 ? '0' : formatBps(overloadBps)}</td>
      <td data-bad={lostBps > 0}>{lostBps === 0 ? '0' : formatBps(lostBps)}</td>
    </tr>
  );
}
