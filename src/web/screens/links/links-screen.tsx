import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLive, useLiveStore } from '../../live/use-live.ts';
import { useMapSettings } from '../../map/use-map-settings.ts';
import { downloadCsv } from '../../service/download.ts';
import { peaksQuery, predictionsQuery } from '../../service/predictions.ts';
import { networkQuery } from '../../service/queries.ts';
import { Empty, Loading } from '../../shared/feedback.tsx';
import { Chips, CsvButton, FilterBar, TakeAwayChip, TextFilter } from '../../shared/filter-bar.tsx';
import { plural } from '../../shared/format.ts';
import { StateMark } from '../../shared/state-badge.tsx';
import { useUrlState } from '../../shared/url-state.ts';
import { useScheme } from '../../theme/use-scheme.ts';
import { scaleColours } from '../../theme/utilisation.ts';
import { linkColumns } from './columns.tsx';
import { ACKNOWLEDGED, type Expected, type LinkFilter, readFilter, STATES, sortText } from './link-filter.ts';
import classes from './links.module.css';
import { LinksTable } from './links-table.tsx';
import { trendBook } from './trend.ts';
import { useOrder } from './use-order.ts';

/** Every link with its figures; what is filtered and how it is sorted stands in the address. */
export function LinksScreen() {
  const store = useLiveStore();
  const [parameters, change] = useUrlState();
  const filter = useMemo(() => readFilter(parameters), [parameters]);
  const [{ scale }] = useMapSettings();
  const scheme = useScheme();
  const { data: network } = useQuery(networkQuery);
  const { data: predictions } = useQuery(predictionsQuery);
  const riskById = useMemo(() => new Map(predictions?.map((view) => [view.linkId, view])), [predictions]);
  const { data: forecast } = useQuery(peaksQuery);
  const expected = useMemo((): Expected => {
    const risk = new Map(
      predictions?.flatMap(({ linkId, probability }) => (probability === null ? [] : [[linkId, probability]])),
    );
    return { risk, peak: new Map(forecast?.peaks.map(({ linkId, utilisation }) => [linkId, utilisation])) };
  }, [predictions, forecast]);
  const columns = useMemo(() => {
    const names = new Map(network?.nodes.map(({ id, name }) => [id, name]));
    const colours = scaleColours(scale, scheme);
    const riskOf = (link: string) => riskById.get(link) ?? null;
    const peakOf = (link: string) => expected.peak.get(link) ?? null;
    const nameOf = (node: string) => names.get(node) ?? node;
    return linkColumns({ trends: trendBook(store), colours, riskOf, peakOf, nameOf });
  }, [store, scale, scheme, network, riskById, expected]);
  const ids = useOrder(filter, expected);
  const total = useLive(({ links }) => links.length);
  const isKnown = useLive(({ heardAtMs }) => heardAtMs !== null);
  const narrow = useMediaQuery('(max-width: 720px)') ?? false;
  if (!isKnown) return <Loading what="links" />;
  return (
    <div className={classes.screen}>
      <h1 className="visually-hidden">Links</h1>
      <FilterBar
        end={
          <>
            <span data-testid="links-count" aria-live="polite">
              {ids.length === total
                ? plural(total, 'link')
                : `${ids.length.toLocaleString('en')} of ${plural(total, 'link')}`}
            </span>
            <CsvButton onClick={() => downloadCsv('/links', 'links.csv', csvParameters(filter))} />
          </>
        }
      >
        <TextFilter
          label="Filter links by text"
          placeholder="Link, node or interface"
          value={filter.q}
          change={(q) => change({ q })}
        />
        <StateChips filter={filter} change={change} />
        <KnownChips filter={filter} change={change} />
        <ObjectChips filter={filter} change={change} />
      </FilterBar>
      {ids.length === 0 ? (
        <Empty title={total === 0 ? 'This network has no links' : 'No link matches'}>
          {total > 0 && 'Take a filter away to see more.'}
        </Empty>
      ) : (
        <LinksTable
          ids={ids}
          columns={columns}
          sort={filter.sort}
          setSort={(sort) => change({ sort: sortText(sort) })}
          narrow={narrow}
        />
      )}
    </div>
  );
}

interface ChipProps {
  readonly filter: LinkFilter;
  readonly change: ReturnType<typeof useUrlState>[1];
}

function StateChips({ filter, change }: ChipProps) {
  const counts = useLive((state) => state.counts);
  return (
    <Chips
      label="States"
      all={STATES}
      chosen={filter.states}
      change={(states) => change({ state: states.join(',') || null })}
    >
      {(state) => (
        <>
          <StateMark state={state} /> {state} <span className="figure">{counts[state]}</span>
        </>
      )}
    </Chips>
  );
}

const KNOWN_LABELS = { no: 'not acknowledged', yes: 'acknowledged' } as const;

/** Links that are not well by whether somebody has said that they know. */
function KnownChips({ filter, change }: ChipProps) {
  return (
    <Chips
      label="Acknowledgement"
      all={ACKNOWLEDGED}
      chosen={filter.acknowledged === null ? [] : [filter.acknowledged]}
      change={([chosen]) => change({ ack: chosen ?? null })}
      one
    >
      {(value) => KNOWN_LABELS[value]}
    </Chips>
  );
}

/** What other screens filter by when they lead here. */
function ObjectChips({ filter, change }: ChipProps) {
  const chips = [
    ...(filter.node === null ? [] : [{ name: 'node', text: `at ${filter.node}` }]),
    ...(filter.srlg === null ? [] : [{ name: 'srlg', text: `in risk group ${filter.srlg}` }]),
  ];
  return chips.map(({ name, text }) => (
    <TakeAwayChip key={name} onClick={() => change({ [name]: null })}>
      {text}
    </TakeAwayChip>
  ));
}

/** The same list from the API, as far as it knows the order. */
function csvParameters({ states, acknowledged, node, srlg, q, sort }: LinkFilter) {
  const troubled = acknowledged === null ? [] : STATES.filter((state) => state !== 'healthy');
  const wanted = states.length > 0 ? states : troubled;
  const name = {
    az: 'utilisation',
    za: 'utilisation',
    id: 'id',
    state: 'state',
    score: 'score',
    loss: 'loss',
    peak: 'forecastPeak',
  }[sort.name as 'az'];
  return {
    state: wanted.length > 0 ? wanted : null,
    acknowledged: acknowledged && String(acknowledged === 'yes'),
    ...{ node, srlg, q: q || null },
    sort: name ? `${sort.descending ? '-' : ''}${name}` : null,
  };
}
