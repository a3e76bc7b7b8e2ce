import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { LinkHistory as History } from '../../../api/schemas/history.ts';
import type { LinkForecast } from '../../../api/schemas/screen.ts';
import { useLiveStore } from '../../live/use-live.ts';
import { get } from '../../service/client.ts';
import { linkForecastQuery } from '../../service/predictions.ts';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import { useScheme } from '../../theme/use-scheme.ts';
import { Chart } from './chart.tsx';
import { axisEndMs, methodsOf, withExpected } from './expected.ts';
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

const NOTHING = { atMs: [], panels: [] };

function forecastWords(forecast: LinkForecast): string {
  const methods = methodsOf(forecast);
  if (methods.length === 0) return forecast.unknown === null ? '' : `Nothing is forecast: ${forecast.unknown}.`;
  return `Dashed and violet, what is expected, ${methods.join('; ')}; its band is to hold four of five cases.`;
}

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
  const { data: forecast = null } = useQuery(linkForecastQuery(id));
  const { atMs, panels } = useMemo(
    () => (data ? withExpected({ atMs: data.history.atMs, panels: panelsOf(data.history) }, forecast) : NOTHING),
    [data, forecast],
  );
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
          atMs={atMs}
          marks={marks}
          fromMs={data.fromMs}
          toMs={axisEndMs(forecast, data.fromMs, data.toMs)}
        />
      ))}
      <p className="dim">
        Lines across: solid red, the link got worse; dotted green, it got better; dashed, a reroute was applied or
        closed. {forecast && forecastWords(forecast)}
      </p>
    </div>
  );
}
