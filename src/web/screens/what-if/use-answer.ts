import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { WhatIf } from '../../../api/schemas/studies.ts';
import { post } from '../../service/client.ts';
import { changeOf, type Imagined } from './imagined.ts';

/** Loads of all arcs: the map needs every one. */
const ALL = 100_000;
const REST_MS = 250;
/** Each answer takes a plan's worth of work: the same question is not asked again within this time. */
const FRESH_MS = 60_000;

/** What the planner says of it; the answer before stays until the new one is there. */
export function useAnswer(imagined: Imagined) {
  const [settled] = useDebouncedValue(imagined, REST_MS);
  const query = useQuery({
    queryKey: ['what-if', changeOf(settled)],
    queryFn: () => post<WhatIf>('/what-if', { ...changeOf(settled), top: ALL }),
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    retry: false,
  });
  return { ...query, isBehind: settled !== imagined || query.isFetching };
}
