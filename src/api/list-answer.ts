import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { type CsvTable, prefersCsv, toCsv } from './csv.ts';
import type { Page } from './cursor.ts';
import { List } from './schemas/common.ts';

/** Longest list as CSV without `limit`: a file is wanted whole. What is listed is bounded elsewhere, below this. */
const CSV_LIMIT = 100_000;
const DEFAULT_LIMIT = 100;

/** The two forms of a list, for the documentation. */
export const listResponse = <T extends TSchema>(items: T) => ({
  description: 'A page; with `Accept: text/csv` a file, whole unless `limit` is given',
  content: {
    'application/json': { schema: List(items) },
    'text/csv': { schema: Type.String({ description: 'RFC 4180, with a header line; `Link` has the next page' }) },
  },
});

export function wantsCsv(request: FastifyRequest): boolean {
  return prefersCsv(request.headers.accept);
}

/** Most items of the answer. */
export function limitOf(request: FastifyRequest, limit: number | undefined): number {
  return limit ?? (wantsCsv(request) ? CSV_LIMIT : DEFAULT_LIMIT);
}

/** Sends a page as CSV; the next one is named by a `Link` header (RFC 8288), as a file has no room for it. */
export function sendCsv<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  table: CsvTable<T>,
  { items, next }: Page<T>,
  cursorName = 'cursor',
): FastifyReply {
  if (next !== null) reply.header('link', `<${addressOfNext(request.url, cursorName, next)}>; rel="next"`);
  return reply
    .header('content-disposition', `attachment; filename="${table.name}.csv"`)
    .type('text/csv; charset=utf-8; header=present')
    .send(toCsv(table, items));
}

/** Sends a page in the form that the client would rather have. */
export function sendList<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  table: CsvTable<T>,
  page: Page<T>,
  cursorName = 'cursor',
): FastifyReply {
  reply.header('vary', 'accept');
  return wantsCsv(request) ? sendCsv(request, reply, table, page, cursorName) : reply.send(page);
}

function addressOfNext(url: string, name: string, cursor: string): string {
  const [path, query = ''] = url.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  parameters.set(name, cursor);
  return `${path}?${parameters}`;
}
