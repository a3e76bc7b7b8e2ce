import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from './use-live.ts';

/** Reads proposals anew when the stream says that something about them changed. */
export function useRefresh(): void {
  const client = useQueryClient();
  const decisions = useLive((state) => state.decisions);
  useEffect(() => {
    if (decisions > 0) void client.invalidateQueries({ queryKey: ['reroutes'] });
  }, [client, decisions]);
}
