import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ProposalBrief, Status } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { linkName } from '../../map/describe.ts';
import type { Scene } from '../../map/scene.ts';
import { reroutesQuery } from '../../service/queries.ts';
import { Age } from '../../shared/age.tsx';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { formatBps, plural } from '../../shared/format.ts';
import classes from './reroute-list.module.css';

const MOST_CLOSED = 50;

interface Section {
  readonly title: string;
  readonly items: readonly ProposalBrief[];
}

/** What waits for a decision first, then what has no way, then what is in force, then what is over. */
export function RerouteList({ scene }: { readonly scene: Scene }) {
  const { data, error, refetch } = useQuery(reroutesQuery);
  const status = useLive((state) => state.status);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading what="proposals" />;
  const sections = sectionsOf(data.items);
  const isQuiet = sections.slice(0, 3).every(({ items }) => items.length === 0);
  return (
    <div className={classes.list} data-testid="reroute-list">
      {isQuiet && <Quiet status={status} />}
      {sections
        .filter(({ items }) => items.length > 0)
        .map(({ title, items }) => (
          <section key={title} aria-label={title}>
            <h2>
              {title} <span className="dim figure">{items.length}</span>
            </h2>
            <ul>
              {items.map((brief) => (
                <li key={brief.id}>
                  <Row scene={scene} brief={brief} />
                </li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

function sectionsOf(items: readonly ProposalBrief[]): Section[] {
  const open = items.filter(({ closedAtMs }) => closedAtMs === null);
  const waits = ({ status }: ProposalBrief) => status === 'proposed' || status === 'approved';
  const closed = items.filter((each) => !open.includes(each));
  return [
    { title: 'Waiting for a decision', items: open.filter((it) => it.kind === 'reroute' && waits(it)) },
    { title: 'No safe alternative', items: open.filter(({ kind }) => kind === 'no-safe-alternative') },
    { title: 'In force', items: open.filter((it) => it.kind === 'reroute' && !waits(it)) },
    { title: 'Closed in the last day', items: closed.slice(0, MOST_CLOSED) },
  ];
}

/** Nothing to decide, said with what that rests on. */
function Quiet({ status }: { readonly status: Status | null }) {
  const refused = status?.lastPlan?.refused ?? null;
  if (!status?.lastPlan) return <Empty title="The first plan is not made yet">It comes within two minutes.</Empty>;
  if (refused) return <Empty title="Nothing was planned">{refused.reason}</Empty>;
  const total = Object.values(status.links).reduce((sum, each) => sum + each, 0);
  return (
    <Empty title="Nothing needs a reroute">
      The last plan looked at {plural(total, 'link')} <Age atMs={status.atMs - status.lastPlan.ageMs} />.
    </Empty>
  );
}

function Row({ scene, brief }: { readonly scene: Scene; readonly brief: ProposalBrief }) {
  const names = brief.cause.links.map((id) => linkName(scene, scene.linkIndex.get(id) ?? -1));
  const [first = 'unknown link', ...others] = names;
  return (
    <Link href={`/reroutes/${encodeURIComponent(brief.id)}`} className={classes.row} data-testid="reroute-row">
      <span className={classes.name}>
        {first}
        {others.length > 0 && ` and ${others.length} more`}
      </span>
      <span className={`figure ${classes.rate}`}>{brief.moves > 0 ? formatBps(brief.bps) : '–'}</span>
      <span className="dim">
        {brief.cause.kind}
        {brief.moves > 0 && ` · ${plural(brief.moves, 'move')}`}
        {brief.status === 'proposed' || brief.status === 'applied' ? '' : ` · ${brief.status}`}
      </span>
      <span className={`dim ${classes.rate}`}>
        <Age atMs={brief.closedAtMs ?? brief.createdAtMs} />
      </span>
    </Link>
  );
}
