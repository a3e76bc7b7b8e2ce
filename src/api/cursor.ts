import { Type } from 'typebox';
import { contentHash } from '../core/ids.ts';
import { compileSchema, nullable } from '../core/schema.ts';
import { inputError } from './problem.ts';

/** What a list is sorted by: null (unknown) comes last in either direction. */
export type SortValue = string | number | null;

/** Where an item stands in a sorted list; the id decides between equals. */
export interface SortKey {
  readonly value: SortValue;
  readonly id: string;
}

const CursorBody = compileSchema(
  Type.Object(
    {
      /** Hash of the filter and sort order the cursor was made for. */
      q: Type.String(),
      v: nullable(Type.Union([Type.Number(), Type.String()])),
      id: Type.String(),
    },
    { additionalProperties: false },
  ),
  'INVALID_INPUT',
);

export interface PageRequest<T> {
  readonly items: readonly T[];
  keyOf(item: T): SortKey;
  readonly descending: boolean;
  readonly limit: number;
  /** Items of all kinds of size: a page ends early where their weights would exceed the maximum (but has one). */
  readonly weight?: { readonly max: number; of(item: T): number };
  readonly cursor: string | undefined;
  /** Filter and sort order; a cursor of another query is refused. */
  readonly query: unknown;
}

export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/**
 * One page of a list. The cursor holds the place (sort value and id) of the last item, not a number of items, so
 * a page neither repeats nor skips what others insert or remove meanwhile.
 */
export function pageOf<T>(request: PageRequest<T>): Page<T> {
  const { keyOf, descending, limit } = request;
  const hash = contentHash(request.query);
  const after = request.cursor === undefined ? null : decodeCursor(request.cursor, hash);
  const keyed = request.items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === null || compareKeys(key, after, descending) > 0)
    .sort((x, y) => compareKeys(x.key, y.key, descending));
  const page = lightEnough(keyed.slice(0, limit), request.weight);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    next: last && keyed.length > page.length ? encodeCursor(last.key, hash) : null,
  };
}

function lightEnough<T>(page: { item: T; key: SortKey }[], weight: PageRequest<T>['weight']) {
  if (!weight) return page;
  let sum = 0;
  const end = page.findIndex(({ item }, index) => {
    sum += weight.of(item);
    return index > 0 && sum > weight.max;
  });
  return end < 0 ? page : page.slice(0, end);
}

/** Order of two places: unknown last, then by value, then by id (always ascending). */
export function compareKeys(x: SortKey, y: SortKey, descending: boolean): number {
  if ((x.value === null) !== (y.value === null)) return x.value === null ? 1 : -1;
  if (x.value !== null && y.value !== null && x.value !== y.value) {
    return x.value < y.value === descending ? 1 : -1;
  }
  return x.id < y.id ? -1 : x.id > y.id ? 1 : 0;
}

function encodeCursor(key: SortKey, hash: string): string {
  return Buffer.from(JSON.stringify({ q: hash, v: key.value, id: key.id })).toString('base64url');
}

function decodeCursor(text: string, hash: string): SortKey {
  const body = parseJson(Buffer.from(text, 'base64url').toString('utf8'));
  if (!CursorBody.matches(body)) throw inputError('cursor', 'is not one that this API gave out', text);
  if (body.q !== hash) throw inputError('cursor', 'belongs to a list with another filter or order', text);
  return { value: body.v, id: body.id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
