import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { Event } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import { apiFilter, type EventFilter, type EventPage, type EventPlace, readEvents } from './event-log.ts';

/** Events come one by one or by the hundred: they are asked for at most this often. */
const SPACING_MS = 700;

interface EventLog {
  /** Newest first. */
  readonly events: readonly Event[];
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  readonly loadOlder: () => void;
}

/** The log as the filter shows it; it grows at its head with every event, and at its end on request. */
export function useEventLog(filter: EventFilter): EventLog {
  const query = useInfiniteQuery({
    queryKey: ['events', filter],
    queryFn: ({ pageParam, signal }) => readEvents(apiFilter(filter, Date.now()), pageParam, signal),
    initialPageParam: null as EventPlace,
    getNextPageParam: (last: EventPage): EventPlace | undefined => (last.before ? { before: last.before } : undefined),
    getPreviousPageParam: (first: EventPage): EventPlace => ({ after: first.upTo }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const { data, fetchPreviousPage, isSuccess } = query;
  const newest = useLive(({ events }) => events.at(-1)?.id ?? null);
  const phase = useLive((state) => state.phase);
  useSpaced(newest === null && phase !== 'live' ? null : `${phase}:${newest}`, isSuccess, () => fetchPreviousPage());
  return {
    events: useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]),
    isLoading: query.isPending,
    error: query.error,
    retry: () => query.refetch(),
    hasOlder: query.hasNextPage,
    isLoadingOlder: query.isFetchingNextPage,
    loadOlder: () => query.fetchNextPage(),
  };
}

/** Runs when the key changes: at once, and then not again before some time is over, but never leaves the last out. */
function useSpaced(key: string | null, enabled: boolean, run: () => Promise<unknown>): void {
  const last = useRef(0);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!enabled || key === null) return;
    const waitMs = Math.max(0, last.current + SPACING_MS - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      void latest.current();
    }, waitMs);
    return () => clearTimeout(timer);
  }, [key, enabled]);
}
