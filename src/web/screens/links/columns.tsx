import { type ColumnDef, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import { Link } from 'wouter';
import type { LinkView } from '../../../api/schemas/screen.ts';
import { formatAge, formatClock, formatMs, formatRatio, UNKNOWN } from '../../shared/format.ts';
import { StateBadge } from '../../shared/state-badge.tsx';
import { useNow } from '../../shared/use-now.ts';
import { type SortName, worstLatencyMs, worstLossRatio } from './link-filter.ts';
import classes from './links.module.css';
import { Sparkline } from './sparkline.tsx';
import type { TrendBook } from './trend.ts';
import { UtilisationBar } from './utilisation-bar.tsx';

/** Rows are sorted and filtered before they get here: a table sees only those that are on screen. */
export const features = tableFeatures({ rowSortingFeature });

export type LinkColumn = ColumnDef<typeof features, LinkView>;

const column = (
  id: SortName | 'trend' | 'worst',
  header: string,
  cell: (link: LinkView) => React.ReactNode,
): LinkColumn => ({
  id,
  header,
  accessorFn: (link) => link.id,
  cell: ({ row }) => cell(row.original),
});

interface ColumnParts {
  readonly trends: TrendBook;
  /** Of the utilisation scale. */
  readonly colours: readonly string[];
  /** Name of a node; the id where it is not known. */
  readonly nameOf: (node: string) => string;
}

export function linkColumns({ trends, colours, nameOf }: ColumnParts): LinkColumn[] {
  return [
    column('state', 'State', ({ state, adminDown }) => (
      <>
        <StateBadge state={state} />
        {adminDown && <span className="dim"> shut</span>}
      </>
    )),
    column('id', 'Link', ({ id, a, z }) => (
      <span className={classes.name}>
        <Link href={`/links/${encodeURIComponent(id)}`} className="id" data-row-link>
          {id}
        </Link>
        <span className="dim">
          {nameOf(a)} – {nameOf(z)}
        </span>
      </span>
    )),
    column('score', 'Score', ({ score }) => score ?? UNKNOWN),
    column('az', 'Use a→z', ({ arcs }) => <UtilisationBar utilisation={arcs.az.utilisation} colours={colours} />),
    column('za', 'Use z→a', ({ arcs }) => <UtilisationBar utilisation={arcs.za.utilisation} colours={colours} />),
    column('latency', 'Latency', (link) => formatMs(worstLatencyMs(link))),
    column('loss', 'Loss', (link) => <Loss ratio={worstLossRatio(link)} />),
    column('trend', 'Use, 5 min', ({ id }) => <Sparkline values={trends.of(id)} />),
    column('since', 'Since', ({ sinceMs }) => <Since atMs={sinceMs} />),
  ];
}

function Loss({ ratio }: { readonly ratio: number | null }) {
  if (ratio === null) return UNKNOWN;
  return <span className={ratio > 0 ? classes.lossy : undefined}>{ratio === 0 ? '0 %' : formatRatio(ratio)}</span>;
}

/** An age as everywhere, but with the browser's own tooltip: of forty rows others cost more than all else in them. */
function Since({ atMs }: { readonly atMs: number }) {
  const nowMs = useNow();
  return (
    <time dateTime={new Date(atMs).toISOString()} title={formatClock(atMs, nowMs)}>
      {formatAge(nowMs - atMs)}
    </time>
  );
}
