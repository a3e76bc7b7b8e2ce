import { numberOf, textOf } from '../varbind.ts';
import type { Tables } from './tables.ts';

/** Columns that names refer to, by the name they have in the vendor's file. */
export type ColumnNames = ReadonlyMap<string, string>;

const PLACE = /\{([^{}]*)\}/g;

/**
 * Fills a name template for one row: `{column}` is that column's text in the same row, `{column:2}` in the row whose
 * index is the second part of this row's, `{column:2-}` all parts from the second, `{column@other:1}` in the row whose
 * index is the number in `other`, `{#}` the index itself and `{#2}` its second part, `{text:2-}` index octets as text.
 */
export function fillName(template: string, index: string, columns: ColumnNames, tables: Tables): string {
  const text = template.replace(PLACE, (_, place: string) => placeText(place, index, columns, tables));
  const tidy = text.replace(/\s+/g, ' ').trim();
  return tidy === '' ? index : tidy;
}

function placeText(place: string, index: string, columns: ColumnNames, tables: Tables): string {
  if (place.startsWith('#')) return partOf(index, place.slice(1));
  const [reference = '', part = ''] = place.split(':');
  const row = partOf(index, part);
  if (reference === 'text') return textOfParts(row);
  const [name = '', pointer] = reference.split('@');
  const at = pointer === undefined ? row : String(numberOf(tables.cell(columns.get(pointer) ?? '', row)) ?? '');
  const cell = tables.cell(columns.get(name) ?? '', at);
  return textOf(cell) ?? numberOf(cell)?.toString() ?? '';
}

/** `2` is the second part of an index, `2-` all from the second, nothing is all of it. */
function partOf(index: string, part: string): string {
  if (part === '') return index;
  const parts = index.split('.');
  const first = Number.parseInt(part, 10) - 1;
  return parts.slice(first, part.endsWith('-') ? undefined : first + 1).join('.');
}

/** Length-prefixed octet strings, as they stand in an index (RFC 2578, 7.7), joined by blanks. */
function textOfParts(row: string): string {
  return stringsOfIndex(row).join(' ');
}

/** The strings of an index that is made of length-prefixed strings; what is left over is dropped. */
export function stringsOfIndex(index: string): string[] {
  const parts = index.split('.').map(Number);
  const strings: string[] = [];
  for (let at = 0; at < parts.length; ) {
    const length = parts[at] ?? 0;
    const bytes = parts.slice(at + 1, at + 1 + length);
    if (bytes.length < length || bytes.some((byte) => byte > 255)) break;
    strings.push(Buffer.from(bytes).toString('utf8'));
    at += 1 + length;
  }
  return strings;
}

/** The names of the columns that a template needs. */
export function columnsInTemplate(template: string): string[] {
  return [...template.matchAll(PLACE)]
    .flatMap(([, place = '']) => (place.startsWith('#') ? [] : (place.split(':')[0] ?? '').split('@')))
    .filter((name) => name !== 'text');
}
