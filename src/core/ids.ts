import { createHash } from 'node:crypto';
import { fnv1a } from './rng.ts';

/** One direction of a link: from its end `a` to its end `z`, or back. */
export const DIRECTIONS = ['az', 'za'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The two ends of a link. */
export const ENDS = ['a', 'z'] as const;
export type End = (typeof ENDS)[number];

/** `<linkId>:az` or `<linkId>:za`. */
export type ArcId = `${string}:${Direction}`;

export function arcId(linkId: string, direction: Direction): ArcId {
  return `${linkId}:${direction}`;
}

/** Splits an arc id; null when the text is not one. */
export function parseArcId(text: string): { linkId: string; direction: Direction } | null {
  const match = /^(.+):(az|za)$/s.exec(text);
  return match ? { linkId: match[1] as string, direction: match[2] as Direction } : null;
}

/** The direction whose traffic leaves through the interface at this end. */
export function outgoing(end: End): Direction {
  return end === 'a' ? 'az' : 'za';
}

/** JSON with sorted keys, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)))
      : inner,
  );
}

/** The first `length` hex digits of the SHA-256 of the value's canonical JSON. */
export function contentHash(value: unknown, length = 12): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, length);
}

/** The partition of the sample stream a link belongs to: both ends of a link meet there, in order. */
export function partitionOf(linkId: string, partitions: number): number {
  return fnv1a(linkId) % partitions;
}
