import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconDownload, IconSearch } from '@tabler/icons-react';
import { SEVERITIES } from '../../events/severity.ts';
import { SeverityMark } from '../../events/severity-mark.tsx';
import { downloadCsv } from '../../service/download.ts';
import type { useUrlState } from '../../shared/url-state.ts';
import { apiFilter, type EventFilter, KIND_NAMES, SPANS, type Span } from './event-log.ts';
import classes from './events.module.css';

interface Props {
  readonly filter: EventFilter;
  readonly change: ReturnType<typeof useUrlState>[1];
}

export function EventFilters({ filter, change }: Props) {
  return (
    <div className={classes.tools}>
      <TextInput
        className={classes.search}
        size="xs"
        leftSection={<IconSearch size={14} aria-hidden="true" />}
        placeholder="Text, link or proposal"
        aria-label="Filter events by text"
        value={filter.q}
        onChange={(event) => change({ q: event.currentTarget.value || null })}
        rightSection={filter.q && <CloseButton size="xs" aria-label="Clear" onClick={() => change({ q: null })} />}
      />
      <Chips label="Severities" name="severity" all={SEVERITIES} chosen={filter.severities} change={change}>
        {(severity) => <SeverityMark severity={severity} />}
      </Chips>
      <Chips label="Kinds" name="kind" all={KIND_NAMES} chosen={filter.kinds} change={change} />
      <Chips
        label="Time"
        name="span"
        all={Object.keys(SPANS) as Span[]}
        chosen={spanList(filter)}
        change={change}
        one
      />
      <ObjectChips filter={filter} change={change} />
      <Button
        className={classes.csv}
        size="compact-xs"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden="true" />}
        onClick={() => downloadCsv('/events', 'events.csv', apiFilter(filter, Date.now()))}
      >
        CSV
      </Button>
    </div>
  );
}

const spanList = ({ span }: EventFilter): Span[] => (span ? [span] : []);

interface ChipsProps<T extends string> {
  readonly label: string;
  readonly name: string;
  readonly all: readonly T[];
  readonly chosen: readonly T[];
  readonly change: Props['change'];
  /** At most one of them. */
  readonly one?: boolean;
  readonly children?: (value: T) => React.ReactNode;
}

function Chips<T extends string>({ label, name, all, chosen, change, one = false, children }: ChipsProps<T>) {
  const toggled = (value: T): readonly T[] => {
    if (chosen.includes(value)) return chosen.filter((each) => each !== value);
    return one ? [value] : [...chosen, value];
  };
  return (
    <fieldset className={classes.chips} aria-label={label}>
      {all.map((value) => (
        <button
          key={value}
          type="button"
          className={classes.chip}
          aria-pressed={chosen.includes(value)}
          onClick={() => change({ [name]: toggled(value).join(',') || null })}
        >
          {children?.(value)} {value}
        </button>
      ))}
    </fieldset>
  );
}

/** What other screens filter by when they lead here. */
function ObjectChips({ filter, change }: Props) {
  return (['link', 'device', 'reroute'] as const).map(
    (name) =>
      filter[name] !== null && (
        <button key={name} type="button" className={classes.chip} aria-pressed onClick={() => change({ [name]: null })}>
          {name} <span className="id">{filter[name]}</span> <span aria-hidden="true">×</span>
          <span className="visually-hidden">take away</span>
        </button>
      ),
  );
}
