import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { MaintenanceView } from '../../api/schemas/screen.ts';
import { get } from './client.ts';

/** Windows that are kept, newest first. */
export const maintenanceQuery = queryOptions({
  queryKey: ['maintenance'],
  queryFn: async ({ signal }) => (await get<{ items: readonly MaintenanceView[] }>('/maintenance', { signal })).items,
  refetchInterval: 20_000,
});

/** Links that are worked on now, each with its window; the same map while they are the same. */
export function useMaintenance(): ReadonlyMap<string, MaintenanceView> {
  const { data } = useQuery(maintenanceQuery);
  return useMemo(
    () =>
      new Map(
        data
          ?.filter(({ state }) => state === 'active')
          .flatMap((window) => window.drains.map((link) => [link, window] as const)),
      ),
    [data],
  );
}
