/** Object identifiers as dotted text without a leading dot: `1.3.6.1.2.1.1.3.0`. */

const DOT = 46;

/**
 * Lexicographic order of RFC 3416, section 2: negative when `left` comes first, 0 when equal. Works on the text as it
 * is (numbers without leading zeros): a number with more digits is larger, else the first digit that differs decides.
 */
export function compareOids(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  let at = 0;
  while (at < shared && left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  if (at === shared) return left.length - right.length === 0 ? 0 : atEnd(left, right, at);
  const [a, b] = [digitsFrom(left, at), digitsFrom(right, at)];
  return a === b ? left.charCodeAt(at) - right.charCodeAt(at) : a - b;
}

/** One text is the beginning of the other: a longer last number is larger, and so is a longer identifier. */
function atEnd(left: string, right: string, at: number): number {
  return left.length > at ? 1 : right.length > at ? -1 : 0;
}

/** Digits up to the next dot. */
function digitsFrom(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== DOT) at += 1;
  return at - from;
}

/** True when `oid` lies in the subtree below `base` (and is not `base` itself). */
export function isBelow(base: string, oid: string): boolean {
  return oid.length > base.length + 1 && oid.charCodeAt(base.length) === DOT && oid.startsWith(base);
}

/** The row index of a cell: what follows the column's own identifier. */
export function indexBelow(column: string, oid: string): string {
  return oid.slice(column.length + 1);
}
