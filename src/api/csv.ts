type Cell = string | number | boolean | null;

/** How one kind of object reads as a table. */
export interface CsvTable<T> {
  /** File name without the ending. */
  readonly name: string;
  /** Column name (with the unit, as in JSON) -> cell. */
  readonly columns: Readonly<Record<string, (item: T) => Cell>>;
}

/** The items as RFC 4180 text with a header line; unknown is an empty cell, never 0. */
export function toCsv<T>({ columns }: CsvTable<T>, items: readonly T[]): string {
  const cells = Object.values(columns);
  const lines = items.map((item) => cells.map((cell) => csvCell(cell(item))).join(','));
  return `${[Object.keys(columns).join(','), ...lines].join('\r\n')}\r\n`;
}

function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // A spreadsheet would run text that begins like a formula; names come from devices and files, not from us.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whether a client would rather have CSV than JSON, by its `Accept` (RFC 9110, 12.5.1); JSON where it does not care. */
export function prefersCsv(accept: string | undefined): boolean {
  const csv = qualityOf(accept ?? '*/*', 'text', 'csv');
  return csv > 0 && csv > qualityOf(accept ?? '*/*', 'application', 'json');
}

/** The weight of the most specific range that covers the type; 0 when none does. */
function qualityOf(accept: string, type: string, subtype: string): number {
  const ranges = [`${type}/${subtype}`, `${type}/*`, '*/*'];
  let best = { rank: ranges.length, quality: 0 };
  for (const part of accept.slice(0, 1000).split(',')) {
    const [range = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    const rank = ranges.indexOf(range);
    if (rank >= 0 && rank < best.rank) best = { rank, quality: weightOf(parameters) };
  }
  return best.quality;
}

function weightOf(parameters: readonly string[]): number {
  const text = parameters.find((each) => each.startsWith('q='))?.slice(2);
  if (text === undefined) return 1;
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}
