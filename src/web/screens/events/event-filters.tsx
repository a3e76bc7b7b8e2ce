import { SEVERITIES } from '../../events/severity.ts';
import { SeverityMark } from '../../events/severity-mark.tsx';
import { downloadCsv } from '../../service/download.ts';
import { Chips, CsvButton, FilterBar, TakeAwayChip, TextFilter } from '../../shared/filter-bar.tsx';
import type { useUrlState } from '../../shared/url-state.ts';
import { apiFilter, type EventFilter, KIND_NAMES, SPANS, type Span } from './event-log.ts';

interface Props {
  readonly filter: EventFilter;
  readonly change: ReturnType<typeof useUrlState>[1];
}

export function EventFilters({ filter, change }: Props) {
  const choose = (name: string) => (chosen: readonly string[]) => change({ [name]: chosen.join(',') || null });
  return (
    <FilterBar end={<CsvButton onClick={() => downloadCsv('/events', 'events.csv', apiFilter(filter, Date.now()))} />}>
      <TextFilter
        label="Filter events by text"
        placeholder="Text, link or proposal"
        value={filter.q}
        change={(q) => change({ q })}
      />
      <Chips label="Severities" all={SEVERITIES} chosen={filter.severities} change={choose('severity')}>
        {(severity) => (
          <>
            <SeverityMark severity={severity} /> {severity}
          </>
        )}
      </Chips>
      <Chips label="Kinds" all={KIND_NAMES} chosen={filter.kinds} change={choose('kind')} />
      <Chips label="Time" all={Object.keys(SPANS) as Span[]} chosen={spanList(filter)} change={choose('span')} one />
      <ObjectChips filter={filter} change={change} />
    </FilterBar>
  );
}

const spanList = ({ span }: EventFilter): Span[] => (span ? [span] : []);

/** What other screens filter by when they lead here. */
function ObjectChips({ filter, change }: Props) {
  return (['link', 'device', 'reroute'] as const).map(
    (name) =>
      filter[name] !== null && (
        <TakeAwayChip key={name} onClick={() => change({ [name]: null })}>
          {name} <span className="id">{filter[name]}</span>
        </TakeAwayChip>
      ),
  );
}
