import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { EventRow } from '../../events/event-row.tsx';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { useUrlState } from '../../shared/url-state.ts';
import { EventFilters } from './event-filters.tsx';
import { readEventFilter } from './event-log.ts';
import classes from './events.module.css';
import { useEventLog } from './use-event-log.ts';

/** The log of everything that happened, live: filter, search, open, comment. */
export function EventsScreen() {
  const [parameters, change] = useUrlState();
  const filter = useMemo(() => readEventFilter(parameters), [parameters]);
  const log = useEventLog(filter);
  return (
    <div className={classes.screen}>
      <h1 className="visually-hidden">Events</h1>
      <EventFilters filter={filter} change={change} />
      <Content log={log} isFiltered={[...parameters.keys()].length > 0} />
    </div>
  );
}

interface ContentProps {
  readonly log: ReturnType<typeof useEventLog>;
  readonly isFiltered: boolean;
}

function Content({ log, isFiltered }: ContentProps) {
  if (log.error && log.events.length === 0) return <Failure error={log.error} retry={log.retry} />;
  if (log.isLoading) return <Loading what="events" />;
  if (log.events.length === 0) {
    return (
      <Empty title={isFiltered ? 'No event matches' : 'Nothing has happened yet'}>
        {isFiltered ? 'Take a filter away to see more.' : 'State changes, proposals and failed polls will stand here.'}
      </Empty>
    );
  }
  return <EventList log={log} />;
}

function EventList({ log }: Pick<ContentProps, 'log'>) {
  const { events } = log;
  const scrollRef = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<string | null>(null);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => 37,
    getItemKey: (index) => events[index]?.id ?? index,
    overscan: 10,
  });
  return (
    <div ref={scrollRef} className={classes.scroll} data-testid="event-list">
      <ol
        className={classes.list}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={(press) => walk(press, (index) => virtual.scrollToIndex(index), events.length)}
      >
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const event = events[index];
          if (!event) return null;
          const isOpen = open === event.id;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={log.hasOlder ? -1 : events.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <EventRow event={event} isOpen={isOpen} toggle={() => setOpen(isOpen ? null : event.id)} />
            </li>
          );
        })}
      </ol>
      {log.hasOlder && (
        <div className={classes.older}>
          <Button size="xs" variant="default" onClick={log.loadOlder} loading={log.isLoadingOlder}>
            Earlier events
          </Button>
        </div>
      )}
    </div>
  );
}

/** Arrows go from event to event; not while a comment is written. */
function walk(press: KeyboardEvent, scrollTo: (index: number) => void, count: number): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
  const from = press.target instanceof Element ? press.target.closest('[data-row-button]') : null;
  const index = Number(from?.closest('[data-index]')?.getAttribute('data-index') ?? Number.NaN) + (step ?? Number.NaN);
  if (!(index >= 0 && index < count)) return;
  press.preventDefault();
  scrollTo(index);
  const list = press.currentTarget;
  requestAnimationFrame(() =>
    list.querySelector<HTMLElement>(`[data-index="${index}"] [data-row-button]`)?.focus({ preventScroll: true }),
  );
}
