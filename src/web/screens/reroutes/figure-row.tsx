import type { Proposal } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import type { Scene } from '../../map/scene.ts';
import { formatBps, formatMs, formatRatio, formatUtilisation, signed, UNKNOWN } from '../../shared/format.ts';
import { lossAtCause, lossOf, lossOfLink } from './loss.ts';
import { arcIds, arcName, figuresOf } from './paths.ts';
import classes from './proposal-panel.module.css';

interface Props {
  readonly scene: Scene;
  readonly proposal: Proposal;
}

/** What it is about in four figures: loss before and after, price in latency, the fullest link afterwards. */
export function FigureRow({ scene, proposal }: Props) {
  const links = useLive((state) => state.links);
  const indexById = useLive((state) => state.indexById);
  const lossNow = (arc: string) => lossOfLink(links[indexById.get(arc.slice(0, -3)) ?? -1], arc);
  const { latencyMs, worst } = figuresOf(proposal);
  const before = lossOf(proposal.moves, 'from', lossAtCause(proposal.why.parts, lossNow));
  const after = lossOf(proposal.moves, 'to', lossNow);
  return (
    <dl className={classes.figures} data-testid="figures">
      <Figure name="before" note="loss" tone={before ? 'bad' : null}>
        {before === null ? UNKNOWN : formatRatio(before)}
      </Figure>
      <Figure name="after" note="loss" tone={after === 0 ? 'good' : null}>
        {after === null ? UNKNOWN : formatRatio(after)}
      </Figure>
      <Figure name="latency" note="ms" tone={null}>
        {latencyMs === null ? UNKNOWN : signed(formatMs(latencyMs).replace(' ms', ''), latencyMs)}
      </Figure>
      <Figure
        name="worst link"
        note={worst ? arcIds(scene, worst.arc) : ''}
        title={worst ? `${arcName(scene, worst.arc)}: ${formatBps(worst.headroomBps)} free below the limit` : ''}
        tone={null}
      >
        {formatUtilisation(worst?.utilisation ?? null)}
      </Figure>
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly note: string;
  readonly title?: string;
  readonly tone: 'good' | 'bad' | null;
  readonly children: React.ReactNode;
}

function Figure({ name, note, title, tone, children }: FigureProps) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>
        <strong className={tone ? classes[tone] : undefined}>{children}</strong>
        <small>{note}</small>
      </dd>
    </div>
  );
}
