import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A table of texts with named columns; lines that have too few cells are left out. */
export interface CsvTable {
  readonly name: string;
  /** Of the columns, in their order. */
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Place of a column; throws RangeError that names file and column where there is none. */
  column(name: string): number;
}

/** Reads a CSV file, packed or not, without quoted cells; throws with the file's name where it cannot be read. */
export async function readCsv(path: string): Promise<CsvTable> {
  const octets = await readFile(path);
  const name = basename(path);
  const isPacked = octets[0] === 0x1f && octets[1] === 0x8b;
  const text = (isPacked ? gunzipSync(octets) : octets).toString('utf8').replace(/^\uFEFF/, '');
  return parseCsv(name, text);
}

export function parseCsv(name: string, text: string): CsvTable {
  const [header = '', ...lines] = text.split(/\r?\n/);
  const names = header.split(',').map((cell) => cell.trim());
  const rows = lines.map((line) => line.split(',')).filter((cells) => cells.length >= names.length);
  const column = (wanted: string) => {
    const at = names.indexOf(wanted);
    if (at < 0) throw new RangeError(`${name}: there is no column "${wanted}" (there are ${names.join(', ')})`);
    return at;
  };
  return { name, names, rows, column };
}

/** ms since the epoch of `2017-06-28 00:00:10`, with or without fraction and zone, UTC where it names none; else NaN. */
export function timeOf(text: string): number {
  const match =
    /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(Z|[+-]\d{2}:?\d{2})?$/.exec(
      text.trim(),
    );
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second = '0', zone = 'Z'] = match;
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  return atMs + Math.round(Number(second) * 1000) - zoneMs(zone);
}

function zoneMs(zone: string): number {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** A number, or NaN for an empty cell and what is none. */
export function numberOf(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}
