import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { MaintenanceView } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { post } from '../../service/client.ts';
import { maintenanceQuery } from '../../service/maintenance.ts';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { formatDuration, plural } from '../../shared/format.ts';
import { Needs } from '../../shared/needs.tsx';
import { ReasonButton } from '../../shared/reason-button.tsx';
import { useNow } from '../../shared/use-now.ts';
import classes from './control.module.css';
import { spanText } from './local-time.ts';
import { targetsText } from './targets.ts';

const MOST_PAST = 30;

/** Windows by where they stand: what is worked on now first, what is over last. */
export function WindowList() {
  const { data, error, refetch } = useQuery(maintenanceQuery);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading what="maintenance" />;
  const of = (...states: readonly MaintenanceView['state'][]) => data.filter(({ state }) => states.includes(state));
  const sections = [
    { title: 'Now', items: of('active') },
    { title: 'Planned', items: of('planned').toSorted((one, other) => one.fromMs - other.fromMs) },
    { title: 'Past', items: of('over', 'cancelled').slice(0, MOST_PAST) },
  ].filter(({ items }) => items.length > 0);
  return (
    <div data-testid="windows">
      {sections.length === 0 && (
        <Empty title="No work is planned">
          A window takes traffic off links before somebody works on them, and lets it return afterwards.
        </Empty>
      )}
      {sections.map(({ title, items }) => (
        <section key={title} className={classes.section} aria-label={title}>
          <h2>
            {title} <span className="dim figure">{items.length}</span>
          </h2>
          <ul className={classes.list}>
            {items.map((window) => (
              <Window key={window.id} window={window} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Window({ window }: { readonly window: MaintenanceView }) {
  const nowMs = useNow();
  const { id, state, fromMs, toMs, reason, by, drains, proposals } = window;
  const isOpen = state === 'active' || state === 'planned';
  return (
    <li className={classes.window} data-testid="window" data-state={state}>
      <WindowMark state={state} />
      <div className={classes.what}>
        <p>
          <b>{targetsText(window)}</b>{' '}
          <span className="dim">
            {plural(drains.length, 'link')} {state === 'active' ? 'drained' : 'to drain'}
          </span>
        </p>
        <p>
          <span className="figure">{spanText(fromMs, toMs, nowMs)}</span>{' '}
          <span className="dim">{standing(window, nowMs)}</span>
        </p>
        <p>
          {reason} <span className="dim">({by})</span>
        </p>
        {proposals.length > 0 && (
          <p>
            {proposals.map((proposal, index) => (
              <Link key={proposal} href={`/reroutes/${encodeURIComponent(proposal)}`}>
                {index === 0 ? 'what it moves' : ` and ${index + 1}`}
              </Link>
            ))}
          </p>
        )}
      </div>
      <div className={classes.act}>
        {isOpen && <Cancel id={id} isActive={state === 'active'} />}
        <Link href={`/control?part=audit&subject=maintenance&id=${encodeURIComponent(id)}`}>audit</Link>
      </div>
    </li>
  );
}

function standing({ state, fromMs, toMs }: MaintenanceView, nowMs: number): string {
  if (state === 'cancelled') return 'cancelled';
  if (state === 'over' || nowMs >= toMs) return 'over';
  return nowMs < fromMs ? `begins in ${formatDuration(fromMs - nowMs)}` : `${formatDuration(toMs - nowMs)} left`;
}

function Cancel({ id, isActive }: { readonly id: string; readonly isActive: boolean }) {
  const client = useQueryClient();
  const isLive = useLive(({ phase }) => phase === 'live');
  const act = async (reason: string) => {
    await post(`/maintenance/${encodeURIComponent(id)}/cancel`, { reason });
    await client.invalidateQueries({ queryKey: ['maintenance'] });
  };
  return (
    <Needs needed="approver" what="To cancel it">
      <ReasonButton
        label={isActive ? 'End now…' : 'Cancel…'}
        verb={isActive ? 'End it now' : 'Cancel it'}
        description="What it drained returns as soon as the links are up and healthy."
        act={act}
        disabled={!isLive}
        position="bottom-end"
        button={{ size: 'compact-xs' }}
        testId="cancel-window"
      />
    </Needs>
  );
}

const SHAPE = 'M12.400 7 9.700 11.700H4.300L1.600 7l2.700-4.700h5.400Z';

/** The hexagon of the map: filled while it is worked on; a tick when it is over, a cross when it was cancelled. */
function WindowMark({ state }: Pick<MaintenanceView, 'state'>) {
  return (
    <span className={classes.mark}>
      <svg width="16" height="16" viewBox="0 0 14 14" aria-hidden="true">
        <path
          d={SHAPE}
          fill={state === 'active' ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.3"
          strokeLinejoin="round"
        />
        {state === 'over' && <path d="M4.800 7.100 6.500 8.800 9.300 5.300" fill="none" stroke="currentColor" />}
        {state === 'cancelled' && <path d="m5.200 5.200 3.600 3.600m0-3.600-3.600 3.600" stroke="currentColor" />}
      </svg>
      <span className="visually-hidden">{state}</span>
    </span>
  );
}
