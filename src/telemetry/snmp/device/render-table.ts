/** Rows as aligned text; the first row has the headings, those in `right` head columns of figures. */
export function renderTable(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<string> = new Set(),
  indent = '',
): string[] {
  const headings = rows[0] ?? [];
  const widths = headings.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const aligned = (cell: string, at: number): string =>
    right.has(headings[at] ?? '') ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  return rows.map((row) => `${indent}${row.map(aligned).join('  ')}`.trimEnd());
}

export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
