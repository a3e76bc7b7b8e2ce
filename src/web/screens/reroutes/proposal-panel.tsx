import { IconArrowLeft } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Proposal, ProposalView } from '../../../api/schemas/screen.ts';
import { linkName } from '../../map/describe.ts';
import type { Scene } from '../../map/scene.ts';
import { Age } from '../../shared/age.tsx';
import { formatBps, plural } from '../../shared/format.ts';
import { useUrlState } from '../../shared/url-state.ts';
import { ApplyBar } from './apply-bar.tsx';
import { Certificate } from './certificate.tsx';
import { ChangeProgress } from './change-progress.tsx';
import { FigureRow } from './figure-row.tsx';
import { MoveList } from './move-list.tsx';
import { chosenMove } from './moves.ts';
import { figuresOf } from './paths.ts';
import { Preview } from './preview.tsx';
import classes from './proposal-panel.module.css';
import { StepList } from './step-list.tsx';
import { Unavoidable } from './unavoidable.tsx';
import { WhyThis } from './why-this.tsx';

interface Props {
  readonly scene: Scene;
  readonly proposal: Proposal;
}

interface PanelProps extends Props {
  readonly proposal: ProposalView;
}

/** One proposal: the sentence, four figures, the moves, why not otherwise, the proof, the buttons. */
export function ProposalPanel({ scene, proposal }: PanelProps) {
  const [parameters, change] = useUrlState();
  const move = chosenMove(proposal.moves, parameters.get('move'));
  return (
    <article className={classes.panel} data-testid="proposal" data-status={proposal.status} data-kind={proposal.kind}>
      <Head scene={scene} proposal={proposal} />
      <Broken scene={scene} paths={proposal.brokenPaths} />
      {proposal.moves.length > 0 && (
        <>
          <FigureRow scene={scene} proposal={proposal} />
          <MoveList
            scene={scene}
            moves={proposal.moves}
            chosen={move?.demand ?? null}
            choose={(demand) => change({ move: demand })}
          />
        </>
      )}
      {move && <WhyThis scene={scene} move={move} />}
      <StepList steps={proposal.steps} orderDeadlock={proposal.orderDeadlock} moves={proposal.moves} />
      <Unavoidable scene={scene} proposal={proposal} />
      {proposal.moves.length > 0 && <Certificate planId={proposal.planId} />}
      {proposal.moves.length > 0 && proposal.closedAtMs === null && <Preview id={proposal.id} />}
      <ChangeProgress proposal={proposal} />
      <ApplyBar proposal={proposal} />
    </article>
  );
}

function Head({ scene, proposal }: Props) {
  const { status, why, cause, createdAtMs, appliedAtMs, closedAtMs, closedReason, revision, id } = proposal;
  return (
    <header>
      <p className={`dim ${classes.crumb}`}>
        <Link href="/reroutes" className={classes.back} aria-label="All reroutes">
          <IconArrowLeft size={14} aria-hidden="true" />
        </Link>
        <span className="id">{id}</span>
        {revision > 1 && <span>revision {revision}</span>}
        <span data-testid="proposal-status">
          {closedAtMs !== null ? status : appliedAtMs !== null ? 'in force' : 'proposed'}{' '}
          <Age atMs={closedAtMs ?? appliedAtMs ?? createdAtMs} />
        </span>
        <Link href={`/control?part=audit&subject=proposal&id=${encodeURIComponent(id)}`}>audit</Link>
      </p>
      <h2 className={classes.headline}>
        <Headline scene={scene} proposal={proposal} />
      </h2>
      <p className={classes.cause}>
        {why.parts[0] ? `${capital(why.parts[0].text)}.` : why.summary}{' '}
        <span className="dim">
          Began <Age atMs={cause.epochMs} />.
        </span>
      </p>
      {closedReason !== null && <p className="dim">{capital(closedReason)}.</p>}
    </header>
  );
}

/** That what was put in force cannot carry what it was made for. */
function Broken({ scene, paths }: { readonly scene: Scene; readonly paths: ProposalView['brokenPaths'] }) {
  if (!paths) return null;
  const names = paths.links.map((id) => linkName(scene, scene.linkIndex.get(id) ?? -1));
  return (
    <p className={classes.broken} role="status">
      {names.join(', ')} {names.length === 1 ? 'is' : 'are'} down: {formatBps(paths.bps)} of{' '}
      {plural(paths.demands.length, 'demand')} follows the IGP until a plan moves it elsewhere.
    </p>
  );
}

/** What became of it; what waits for anything is still to be done. */
const VERBS: Readonly<Record<string, string>> = {
  applying: 'Moving',
  applied: 'Moved',
  verified: 'Moved',
  'rolled-back': 'Moved, and taken back:',
  dismissed: 'Would have moved',
  expired: 'Would have moved',
  superseded: 'Would have moved',
  failed: 'Failed to move',
};

function Headline({ scene, proposal }: Props) {
  const { kind, status, cause, moves, cuts, why } = proposal;
  const { bps, stuckBps } = figuresOf({ moves, cuts, why });
  const names = cause.links.map((id) => linkName(scene, scene.linkIndex.get(id) ?? -1));
  const where = (
    <span className={classes.off}>
      {names[0]}
      {names.length > 1 && ` and ${names.length - 1} more`}
    </span>
  );
  if (kind === 'no-safe-alternative')
    return (
      <>
        No safe way for {formatBps(stuckBps)} off {where}
      </>
    );
  return (
    <>
      {VERBS[status] ?? 'Move'} {formatBps(bps)} off {where}
    </>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '');
