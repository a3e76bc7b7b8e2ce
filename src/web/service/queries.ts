import { QueryClient, queryOptions } from '@tanstack/react-query';
import type { Jobs } from '../../api/schemas/jobs.ts';
import type { LayoutView, NetworkView, Plan, ProposalBrief, ProposalView, Status } from '../../api/schemas/screen.ts';
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

/** The job queues in brief: every two seconds on their own screen, less often elsewhere. */
export const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: ({ signal }) => get<Jobs>('/jobs', { signal }),
  refetchInterval: 10_000,
});

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Proposals in short, newest first; of the last 24 h, closed ones too, the first thousand. */
export const reroutesQuery = queryOptions({
  queryKey: ['reroutes', 'briefs'],
  queryFn: ({ signal }) =>
    get<Page<ProposalBrief>>('/reroutes/briefs', { parameters: { status: 'all', limit: 1000 }, signal }),
});

/** A plan never changes. */
export const planQuery = (id: string) =>
  queryOptions({
    queryKey: ['plans', id],
    queryFn: ({ signal }) => get<Plan>(`/plans/${encodeURIComponent(id)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const rerouteQuery = (id: string) =>
  queryOptions({
    queryKey: ['reroutes', id],
    queryFn: ({ signal }) => get<ProposalView>(`/reroutes/${encodeURIComponent(id)}`, { signal }),
  });
