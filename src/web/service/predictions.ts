import { queryOptions } from '@tanstack/react-query';
import type {
  DeviceForecast,
  ForecastPeaks,
  LinkForecast,
  PredictionQuality,
  PredictionView,
  RiskLevel,
} from '../../api/schemas/screen.ts';
import { get, type Parameters } from './client.ts';

/** Predictions are made once a minute. */
const REFETCH_MS = 20_000;
const PAGE = 1000;
/** Levels that are worth a mark on the map. */
export const MARKED_LEVELS: readonly RiskLevel[] = ['medium', 'high', 'critical'];

interface Page {
  readonly items: readonly PredictionView[];
  readonly next: string | null;
}

async function allPages(parameters: Parameters, signal: AbortSignal): Promise<readonly PredictionView[]> {
  const items: PredictionView[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await get<Page>('/predictions', { parameters: { ...parameters, limit: PAGE, cursor }, signal });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

/** Every link's risk, the likeliest first, those without one last. */
export const predictionsQuery = queryOptions({
  queryKey: ['predictions', 'all'],
  queryFn: ({ signal }) => allPages({}, signal),
  refetchInterval: REFETCH_MS,
});

/** Only links at risk: for a map, which asks all the time. */
export const markedRisksQuery = queryOptions({
  queryKey: ['predictions', 'marked'],
  queryFn: ({ signal }) => allPages({ level: MARKED_LEVELS }, signal),
  refetchInterval: REFETCH_MS,
});

export const predictionQuery = (linkId: string) =>
  queryOptions({
    queryKey: ['predictions', 'link', linkId],
    queryFn: ({ signal }) => get<PredictionView>(`/links/${encodeURIComponent(linkId)}/prediction`, { signal }),
    refetchInterval: REFETCH_MS,
  });

export const qualityQuery = queryOptions({
  queryKey: ['predictions', 'quality'],
  queryFn: ({ signal }) => get<PredictionQuality>('/predictions/quality', { signal }),
  refetchInterval: 60_000,
});

/** Forecasts are made every few minutes. */
export const linkForecastQuery = (linkId: string) =>
  queryOptions({
    queryKey: ['forecasts', 'link', linkId],
    queryFn: ({ signal }) => get<LinkForecast>(`/links/${encodeURIComponent(linkId)}/forecast`, { signal }),
    staleTime: 60_000,
    refetchInterval: 120_000,
  });

/** The highest expected use of every link that has a forecast. */
export const peaksQuery = queryOptions({
  queryKey: ['forecasts', 'peaks'],
  queryFn: ({ signal }) => get<ForecastPeaks>('/forecasts/peaks', { signal }),
  refetchInterval: 60_000,
});

export const deviceForecastQuery = (deviceId: string) =>
  queryOptions({
    queryKey: ['forecasts', 'device', deviceId],
    queryFn: ({ signal }) => get<DeviceForecast>(`/devices/${encodeURIComponent(deviceId)}/forecast`, { signal }),
    staleTime: 60_000,
    refetchInterval: 120_000,
  });
