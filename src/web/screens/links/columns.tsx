import { type ColumnDef, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import { Link } from 'wouter';
import type { LinkView, PredictionView } from '../../../api/schemas/screen.ts';
import { AcknowledgedMark } from '../../shared/acknowledged-mark.tsx';
import {
  formatAge,
  formatClock,
  formatMs,
  formatRatio,
  formatShare,
  formatUtilisation,
  UNKNOWN,
} from '../../shared/format.ts';
import { RiskMark } from '../../shared/risk-badge.tsx';
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

const column = (id: SortName | 'trend', header: string, cell: (link: LinkView) => React.ReactNode): LinkColumn => ({
  id,
  header,
  accessorFn: (link) => link.id,
  cell: ({ row }) => cell(row.original),
});

interface ColumnParts {
  readonly trends: TrendBook;
  /** Of the utilisation scale. */
  readonly colours: readonly string[];
  /** What is predicted of a link; null where nothing is. */
  readonly riskOf: (link: string) => PredictionView | null;
  /** Highest utilisation that is expected in the next hours; null where nothing is. */
  readonly peakOf: (link: string) => number | null;
  /** Name of a node; the id where it is not known. */
  readonly nameOf: (node: string) => string;
}

export function linkColumns({ trends, colours, riskOf, peakOf, nameOf }: ColumnParts): LinkColumn[] {
  return [
    column('state', 'State', ({ state, adminDown, acknowledged }) => (
      <>
        <StateBadge state={state} />
        {adminDown && <span className="dim"> shut</span>}
        {acknowledged && (
          <span className={classes.known} title={`acknowledged by ${acknowledged.by}: ${acknowledged.reason}`}>
            <AcknowledgedMark />
            <span className="visually-hidden">, acknowledged</span>
          </span>
        )}
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
    column('risk', 'Risk', ({ id }) => <Risk view={riskOf(id)} />),
    column('peak', 'Peak, 6 h', ({ id }) => formatUtilisation(peakOf(id))),
    column('trend', 'Use, 5 min', ({ id }) => <Sparkline values={trends.of(id)} />),
    column('since', 'Since', ({ sinceMs }) => <Since atMs={sinceMs} />),
  ];
}

function Loss({ ratio }: { readonly ratio: number | null }) {
  if (ratio === null) return UNKNOWN;
  return <span className={ratio > 0 ? classes.lossy : undefined}>{ratio === 0 ? '0 %' : formatRatio(ratio)}</span>;
}

function Risk({ view }: { readonly view: PredictionView | null }) {
  if (view?.level == null || view.probability === null)
    return <span title={view?.unknown ?? undefined}>{UNKNOWN}</span>;
  return (
    <span className={classes.risk} title={view.factors[0]?.text}>
      {formatShare(view.probability)} <RiskMark level={view.level} />
    </span>
  );
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
