import { createHash } from 'node:crypto';
import type { ApiServer } from '../deps.ts';

/**
 * `ETag` on what can be read, and 304 without a body where the client has it already (RFC 9110, 8.8.3 and 13.1.2).
 * The tag is a hash of the answer itself, so that it cannot be wrong; what it saves is the way to the client.
 */
export function registerEtags(app: ApiServer): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || reply.statusCode !== 200 || !isWhole(payload)) return payload;
    const tag = etagOf(payload);
    reply.header('etag', tag);
    // To be kept, but asked for again every time: live figures must not come out of a cache unasked.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
    if (!matches(request.headers['if-none-match'], tag)) return payload;
    reply.code(304).removeHeader('content-length').removeHeader('content-type').removeHeader('content-disposition');
    return null;
  });
}

function isWhole(payload: unknown): payload is string | Buffer {
  return typeof payload === 'string' || Buffer.isBuffer(payload);
}

/** A strong tag: the same tag, the same bytes. */
export function etagOf(payload: string | Buffer): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
}

/** `If-None-Match` compares weakly: `W/` makes no difference, `*` is anything. */
function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header
    .slice(0, 4000)
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
    .some((each) => each === '*' || each === tag);
}
