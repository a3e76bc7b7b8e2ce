import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RiskLevel } from '../../api/schemas/screen.ts';
import { markedRisksQuery } from '../service/predictions.ts';

/** Links that are likely to fail soon, by id; the same map while they are the same. */
export function useMarkedRisks(enabled: boolean): ReadonlyMap<string, RiskLevel> {
  const { data } = useQuery({ ...markedRisksQuery, enabled });
  return useMemo(
    () => new Map(enabled ? data?.flatMap(({ linkId, level }) => (level === null ? [] : [[linkId, level]])) : []),
    [data, enabled],
  );
}
