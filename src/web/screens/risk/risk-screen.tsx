import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { Link } from 'wouter';
import type { PredictionView } from '../../../api/schemas/screen.ts';
import { downloadCsv } from '../../service/download.ts';
import { predictionsQuery } from '../../service/predictions.ts';
import { networkQuery } from '../../service/queries.ts';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { Chips, CsvButton, FilterBar, TextFilter } from '../../shared/filter-bar.tsx';
import { formatDuration, plural } from '../../shared/format.ts';
import { RiskBadge, RiskMark } from '../../shared/risk-badge.tsx';
import { useUrlState } from '../../shared/url-state.ts';
import { QualityPanel } from './quality-panel.tsx';
import classes from './risk.module.css';
import { LEVELS, ORDERS, type Rated, ratedLinks, readRiskFilter, unratedReasons } from './risk-list.ts';

/** Links by how likely they are to fail soon, why, and how good such words have been. */
export function RiskScreen() {
  const { data, error, refetch } = useQuery(predictionsQuery);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading what="predictions" />;
  return (
    <div className={classes.screen}>
      <h1 className="visually-hidden">Risk</h1>
      <Ranking views={data} />
      <aside className={classes.side} aria-label="How good predictions were">
        <QualityPanel />
      </aside>
    </div>
  );
}

function Ranking({ views }: { readonly views: readonly PredictionView[] }) {
  const [parameters, change] = useUrlState();
  const filter = useMemo(() => readRiskFilter(parameters), [parameters]);
  const rated = useMemo(() => ratedLinks(views, filter), [views, filter]);
  const level = filter.levels.length > 0 ? filter.levels : null;
  return (
    <section className={classes.main} aria-label="Links by risk">
      <FilterBar
        end={
          <>
            <span data-testid="risk-count" aria-live="polite">
              {plural(rated.length, 'link')}
            </span>
            <CsvButton onClick={() => downloadCsv('/predictions', 'predictions.csv', { level, q: filter.q || null })} />
          </>
        }
      >
        <TextFilter
          label="Filter links by text"
          placeholder="Link or node"
          value={filter.q}
          change={(q) => change({ q })}
        />
        <Chips
          label="Levels"
          all={LEVELS}
          chosen={filter.levels}
          change={(levels) => change({ level: levels.join(',') || null })}
        >
          {(each) => (
            <>
              <RiskMark level={each} /> {each}
            </>
          )}
        </Chips>
        <Chips
          label="Order"
          all={ORDERS}
          chosen={[filter.order]}
          change={([order = 'risk']) => change({ sort: order === 'lead time' ? 'lead' : null })}
          one
        >
          {(each) => `by ${each}`}
        </Chips>
      </FilterBar>
      {rated.length > 0 ? <RatedList rated={rated} /> : <Nothing views={views} isFiltered={parameters.size > 0} />}
      <Unrated views={views} />
    </section>
  );
}

function RatedList({ rated }: { readonly rated: readonly Rated[] }) {
  const { data: network } = useQuery(networkQuery);
  const names = useMemo(() => new Map(network?.nodes.map(({ id, name }) => [id, name])), [network]);
  const scrollRef = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rated.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => 72,
    getItemKey: (index) => rated[index]?.linkId ?? index,
    overscan: 8,
  });
  return (
    <div ref={scrollRef} className={classes.scroll} data-testid="risk-list">
      <ol className={classes.list} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const view = rated[index];
          if (!view) return null;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={rated.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row view={view} nameOf={(node) => names.get(node) ?? node} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function Row({ view, nameOf }: { readonly view: Rated; readonly nameOf: (node: string) => string }) {
  const { linkId, a, z, level, probability, leadMs, factors, recommendation, risks } = view;
  const horizonMs = risks.at(-1)?.horizonMs ?? null;
  return (
    <div className={classes.row} data-testid="risk-row" data-level={level}>
      <div className={classes.rating}>
        <RiskBadge level={level} probability={probability} />
        <span className="dim">
          {leadMs !== null
            ? `likely within ${formatDuration(leadMs)}`
            : horizonMs !== null && `within ${formatDuration(horizonMs)}`}
        </span>
      </div>
      <div className={classes.what}>
        <span className={classes.name}>
          <Link href={`/links/${encodeURIComponent(linkId)}`} className="id">
            {linkId}
          </Link>{' '}
          <span className="dim">
            {nameOf(a)} – {nameOf(z)}
          </span>
        </span>
        {level !== 'minimal' && factors.length > 0 && (
          <span>
            {factors
              .slice(0, 2)
              .map(({ text }) => text)
              .join('; ')}
          </span>
        )}
        {recommendation && recommendation.action !== 'none' && <span className="dim">{recommendation.text}</span>}
      </div>
    </div>
  );
}

interface NothingProps {
  readonly views: readonly PredictionView[];
  readonly isFiltered: boolean;
}

function Nothing({ views, isFiltered }: NothingProps) {
  const isRatedAtAll = views.some(({ probability }) => probability !== null);
  if (isFiltered && isRatedAtAll) return <Empty title="No link matches">Take a filter away to see more.</Empty>;
  return <Empty title="No link is rated yet">{unratedReasons(views)[0]?.reason}</Empty>;
}

const MOST_REASONS = 3;

/** Links of which nothing is said, and why: unknown is not the same as safe. */
function Unrated({ views }: Pick<NothingProps, 'views'>) {
  const reasons = unratedReasons(views);
  const count = reasons.reduce((sum, each) => sum + each.count, 0);
  if (count === 0 || count === views.length) return null;
  return (
    <p className={classes.unrated}>
      {plural(count, 'link')} not rated:{' '}
      {reasons
        .slice(0, MOST_REASONS)
        .map((each) => `${each.count.toLocaleString('en')} because ${each.reason}`)
        .join('; ')}
      {reasons.length > MOST_REASONS && '; others for other reasons'}.
    </p>
  );
}
