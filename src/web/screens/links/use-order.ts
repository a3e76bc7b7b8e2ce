import { useEffect, useMemo, useState } from 'react';
import type { LinkView } from '../../../api/schemas/screen.ts';
import { type LiveSource, useLive, useLiveStore } from '../../live/use-live.ts';
import { chosenLinks, type Expected, type LinkFilter } from './link-filter.ts';

/** How often the order follows the network; rows that jump every second could not be clicked. */
const SETTLE_MS = 3_000;

/** Ids of the links to show, in order: anew at once when the filter changes, and every few seconds with the network. */
export function useOrder(filter: LinkFilter, expected: Expected): readonly string[] {
  const store = useLiveStore();
  const settled = useSettled(store);
  return useMemo(() => chosenLinks(settled, filter, expected).map(({ id }) => id), [settled, filter, expected]);
}

/** The links as they were a moment ago; at once when there are others. */
function useSettled(store: Pick<LiveSource, 'get'>): readonly LinkView[] {
  const size = useLive(({ links }) => links.length);
  const [links, setLinks] = useState(store.get().links);
  useEffect(() => {
    const look = () => setLinks(store.get().links);
    if (store.get().links.length === size) look();
    const timer = setInterval(look, SETTLE_MS);
    return () => clearInterval(timer);
  }, [store, size]);
  return links;
}
