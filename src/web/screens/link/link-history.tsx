import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { LinkHistory as History } from '../../../api/schemas/history.ts';
import { useLiveStore } from '../../live/use-live.ts';
import { get } from '../../service/client.ts';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { useScheme } from '../../theme/use-scheme.ts';
import { Chart } from './chart.tsx';
import { linkEventsQuery } from './link-events.tsx';
import { marksOf, panelsOf, SPANS, type Span } from './series.ts';

/** Finer spans move on with time, coarser ones need not be asked for as often. */
const REFETCH_MS: Readonly<Record<Span, number>> = {
  '15m': 5_000,
  '1h': 10_000,
  '6h': 30_000,
  '24h': 60_000,
  '7d': 300_000,
};

/** What the link did, all figures on one axis of time, with its events marked. */
export function LinkHistory({ id, span }: { readonly id: string; readonly span: Span }) {
  const store = useLiveStore();
  const scheme = useScheme();
  const { data, error, refetch } = useQuery({
    queryKey: ['links', id, 'history', span],
    queryFn: async ({ signal }) => {
      const toMs = Date.now() + store.get().clockOffsetMs;
      const parameters = { from: String(Math.round(toMs - SPANS[span])), to: String(Math.round(toMs)) };
      const history = await get<History>(`/links/${encodeURIComponent(id)}/history`, { parameters, signal });
      return { history, fromMs: toMs - SPANS[span], toMs };
    },
    refetchInterval: REFETCH_MS[span],
    placeholderData: keepPreviousData,
  });
  const { data: events } = useQuery(linkEventsQuery(id));
  const panels = useMemo(() => (data ? panelsOf(data.history) : []), [data]);
  const marks = useMemo(() => marksOf(events ?? []), [events]);
  if (error && !data) return <Failure error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the history" />;
  if (panels.length === 0) {
    return <Empty title="No history yet">Figures are kept from now on; come back in a minute.</Empty>;
  }
  return (
    <div>
      {panels.map((panel) => (
        <Chart
          key={`${scheme}:${panel.id}:${panel.series.map(({ label }) => label)}`}
          panel={panel}
          atMs={data.history.atMs}
          marks={marks}
          fromMs={data.fromMs}
          toMs={data.toMs}
        />
      ))}
      <p className="dim">
        Lines across: solid red, the link got worse; dotted green, it got better; dashed, a reroute was applied or
        closed. {data.history.forecast === null && 'Nothing makes forecasts yet, so none is drawn.'}
      </p>
    </div>
  );
}
