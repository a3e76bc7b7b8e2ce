import { queryOptions } from '@tanstack/react-query';
import type { GuardrailsView } from '../../api/schemas/screen.ts';
import { get } from './client.ts';

export const guardrailsQuery = queryOptions({
  queryKey: ['guardrails'],
  queryFn: ({ signal }) => get<GuardrailsView>('/guardrails', { signal }),
  refetchInterval: 20_000,
});
