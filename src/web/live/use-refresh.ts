import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from './use-live.ts';

const CONTROL: readonly string[] = ['maintenance', 'guardrails-changed', 'kill-switch', 'link-acknowledged'];

/** Reads anew what the stream says has changed: proposals, and what people set up. */
export function useRefresh(): void {
  const client = useQueryClient();
  const decisions = useLive((state) => state.decisions);
  useEffect(() => {
    if (decisions === 0) return;
    for (const name of ['reroutes', 'audit']) void client.invalidateQueries({ queryKey: [name] });
  }, [client, decisions]);
  const control = useLive(({ events }) => events.findLast(({ type }) => CONTROL.includes(type))?.id ?? null);
  useEffect(() => {
    if (control === null) return;
    for (const name of ['maintenance', 'guardrails', 'audit']) void client.invalidateQueries({ queryKey: [name] });
  }, [client, control]);
}
