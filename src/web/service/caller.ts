import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Caller } from '../../api/schemas/screen.ts';
import { get } from './client.ts';

type AccessRole = Caller['role'];

/** Each may do more than the one before it. */
const ROLES: readonly AccessRole[] = ['viewer', 'operator', 'approver', 'admin'];

/** Who this screen is to the service; read anew with a new token, as everything is. */
const callerQuery = queryOptions({
  queryKey: ['caller'],
  queryFn: ({ signal }) => get<Caller>('/caller', { signal }),
  staleTime: 60_000,
});

/** Null while it is not known: then a button may be tried, and the service decides. */
export function useCaller(): Caller | null {
  return useQuery(callerQuery).data ?? null;
}

/** True where `role` may do what needs `needed`. */
export function mayAct(role: AccessRole, needed: AccessRole): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
