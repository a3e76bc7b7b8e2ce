import { QueryClient, queryOptions } from '@tanstack/react-query';
import type { LayoutView, NetworkView, Proposal, Status } from '../../api/schemas/screen.ts';
import { get } from './client.ts';
import { ApiError } from './problem.ts';

/** A request that was refused will be refused again; one that did not arrive may arrive. */
const retry = (failures: number, error: unknown): boolean =>
  failures < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);

export function createQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry, staleTime: 5_000, refetchOnWindowFocus: true } } });
}

/** The network is the same until the service restarts; the store tells when it is another one. */
export const networkQuery = queryOptions({
  queryKey: ['network'],
  queryFn: ({ signal }) => get<NetworkView>('/network', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Where nodes stand whose coordinates the network file does not have. */
export const layoutQuery = queryOptions({
  queryKey: ['network', 'layout'],
  queryFn: ({ signal }) => get<LayoutView>('/network/layout', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => get<Status>('/status', { signal }),
  refetchInterval: 5_000,
});

export const rerouteQuery = (id: string) =>
  queryOptions({
    queryKey: ['reroutes', id],
    queryFn: ({ signal }) => get<Proposal>(`/reroutes/${encodeURIComponent(id)}`, { signal }),
  });
