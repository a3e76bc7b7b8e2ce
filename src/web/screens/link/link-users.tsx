import { useQuery } from '@tanstack/react-query';
import type { LinkUsers as Users } from '../../../api/schemas/link-users.ts';
import { get } from '../../service/client.ts';
import { Failure } from '../../shared/feedback.tsx';
import { formatBps, plural } from '../../shared/format.ts';
import classes from './link.module.css';

const LISTED = 10;

/** Whose traffic crosses the link, and where it goes. */
export function LinkUsers({ id }: { readonly id: string }) {
  const { data, error } = useQuery({
    queryKey: ['links', id, 'demands'],
    queryFn: ({ signal }) =>
      get<Users>(`/links/${encodeURIComponent(id)}/demands`, { parameters: { limit: LISTED }, signal }),
    refetchInterval: 10_000,
  });
  return (
    <section className={classes.block} aria-labelledby="users">
      <h2 id="users">Carries {data && data.demandSource !== null && plural(data.count, 'demand')}</h2>
      {error && <Failure error={error} />}
      {data && <UserList users={data} />}
    </section>
  );
}

function UserList({ users: { items, demandSource } }: { readonly users: Users }) {
  if (demandSource === null) return <p className="dim">It is not known where traffic goes, only how much there is.</p>;
  if (items.length === 0) return <p className="dim">No demand takes this link now.</p>;
  return (
    <ol className={classes.users}>
      {items.map(({ demand, source, target, azBps, zaBps, pinned, arcs }) => (
        <li key={demand}>
          <span>
            {source} → {target} {pinned && <em>rerouted</em>}
          </span>
          <span className="figure">{formatBps(azBps + zaBps)}</span>
          <span className={`${classes.path} dim`}>{viaText(arcs)}</span>
        </li>
      ))}
    </ol>
  );
}

const LONGEST = 6;

/** Links of a path in order, shortened in the middle. */
export function viaText(arcs: readonly string[]): string {
  const links = arcs.map((arc) => arc.replace(/:(az|za)$/, ''));
  if (links.length <= LONGEST) return links.join(' · ');
  return `${links.slice(0, 3).join(' · ')} · ${links.length - 5} more · ${links.slice(-2).join(' · ')}`;
}
