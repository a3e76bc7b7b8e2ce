import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Event } from '../../../api/schemas/screen.ts';
import { EventRow } from '../../events/event-row.tsx';
import { useLive } from '../../live/use-live.ts';
import { get } from '../../service/client.ts';
import { Failure } from '../../shared/feedback.tsx';
import classes from './link.module.css';

const MARKED = 200;
const LISTED = 8;

/** The latest events of a link, newest first: for the list and for the marks on the charts. */
export const linkEventsQuery = (id: string) =>
  queryOptions({
    queryKey: ['links', id, 'events'],
    queryFn: async ({ signal }) => {
      const parameters = { link: id, limit: MARKED };
      return (await get<{ items: Event[] }>('/events', { parameters, signal })).items;
    },
  });

export function LinkEvents({ id }: { readonly id: string }) {
  const client = useQueryClient();
  const { data, error } = useQuery(linkEventsQuery(id));
  const newest = useLive(({ events }) => events.findLast(({ linkId }) => linkId === id)?.id ?? null);
  const [open, setOpen] = useState<string | null>(null);
  useEffect(() => {
    if (newest !== null) void client.invalidateQueries({ queryKey: ['links', id, 'events'] });
  }, [client, id, newest]);
  return (
    <section className={classes.block} aria-labelledby="events">
      <h2 id="events">
        Events <Link href={`/events?link=${encodeURIComponent(id)}`}>all</Link>
      </h2>
      {error && <Failure error={error} />}
      {data?.length === 0 && <p className="dim">Nothing has happened to it in the last while.</p>}
      <ol className={classes.events}>
        {data?.slice(0, LISTED).map((event) => (
          <li key={event.id}>
            <EventRow
              event={event}
              isOpen={open === event.id}
              toggle={() => setOpen(open === event.id ? null : event.id)}
              narrow
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
