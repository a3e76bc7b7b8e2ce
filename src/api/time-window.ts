import { inputError } from './problem.ts';

/** The last moment that a date can name (ECMA-262, 21.4.1.1): what lies beyond cannot be shown. */
const LAST_MS = 8.64e15;

/** Throws INVALID_INPUT unless both are whole ms within what dates can name and the end is after the beginning. */
export function requireWindow({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }, field = ''): void {
  const name = (part: string): string => (field === '' ? part : `${field}.${part}`);
  for (const [part, value] of Object.entries({ fromMs, toMs })) {
    if (!Number.isInteger(value) || Math.abs(value) > LAST_MS)
      throw inputError(name(part), 'must be whole milliseconds since the epoch', value);
  }
  if (toMs <= fromMs) throw inputError(name('toMs'), 'must be later than fromMs', toMs);
}
