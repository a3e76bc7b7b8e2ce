import { DetourError } from '../core/errors.ts';

/**
 * Ids of what has ended and is forgotten to make room for one more, the oldest first; mostly none. The audit keeps what
 * they were. Throws CONFLICT where too little has ended.
 */
export function makeRoom(
  { total, max, what }: { readonly total: number; readonly max: number; readonly what: string },
  ended: readonly { readonly id: string; readonly endedAtMs: number }[],
): string[] {
  const surplus = total + 1 - max;
  if (surplus <= 0) return [];
  if (ended.length < surplus)
    throw new DetourError('CONFLICT', `there are ${max} ${what} already`, { hint: 'end some of them first' });
  return ended
    .toSorted((x, y) => x.endedAtMs - y.endedAtMs || (x.id < y.id ? -1 : 1))
    .slice(0, surplus)
    .map(({ id }) => id);
}
