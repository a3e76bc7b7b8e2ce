/** Object identifiers as dotted text without a leading dot: `1.3.6.1.2.1.1.3.0`. */

/** Lexicographic order of RFC 3416, section 2: negative when `left` comes first, 0 when equal. */
export function compareOids(left: string, right: string): number {
  const a = left.split('.');
  const b = right.split('.');
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = Number(a[at]) - Number(b[at]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** True when `oid` lies in the subtree below `base` (and is not `base` itself). */
export function isBelow(base: string, oid: string): boolean {
  return oid.length > base.length + 1 && oid.startsWith(base) && oid[base.length] === '.';
}

/** The row index of a cell: what follows the column's own identifier. */
export function indexBelow(column: string, oid: string): string {
  return oid.slice(column.length + 1);
}
