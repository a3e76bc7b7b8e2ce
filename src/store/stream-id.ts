import { DetourError } from '../core/errors.ts';

/** Ids of events and batches are `ms-sequence`, both unsigned 64-bit, as in Redis streams; `0` is before all. */
const PATTERN = /^(\d{1,20})(?:-(\d{1,20}))?$/;
const MAX = 2n ** 64n - 1n;

/** The two numbers of an id; null when the text is none. */
export function parseStreamId(text: string): readonly [bigint, bigint] | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const [ms, sequence] = [BigInt(match[1] as string), BigInt(match[2] ?? '0')];
  return ms <= MAX && sequence <= MAX ? [ms, sequence] : null;
}

/** True for an id that may be asked for, e.g. a `Last-Event-ID` that came from outside. */
export function isStreamId(text: string): boolean {
  return parseStreamId(text) !== null;
}

/** Throws INVALID_INPUT naming the field when the text is not an id. */
export function requireStreamId(text: string, field: string): readonly [bigint, bigint] {
  const parsed = parseStreamId(text);
  if (parsed) return parsed;
  throw new DetourError('INVALID_INPUT', `${field}: must be an id like 1700000000000-0`, {
    field,
    value: text.slice(0, 60),
  });
}

/** Negative when `a` is older than `b`, 0 when equal. Texts that are no ids count as `0`. */
export function compareStreamIds(a: string, b: string): number {
  const [[aMs, aSequence], [bMs, bSequence]] = [parseStreamId(a) ?? [0n, 0n], parseStreamId(b) ?? [0n, 0n]];
  if (aMs !== bMs) return aMs < bMs ? -1 : 1;
  return aSequence === bSequence ? 0 : aSequence < bSequence ? -1 : 1;
}

/** The smallest id that is newer. */
export function nextStreamId(text: string): string {
  const [ms, sequence] = requireStreamId(text, 'id');
  return sequence < MAX ? `${ms}-${sequence + 1n}` : `${ms + 1n}-0`;
}
