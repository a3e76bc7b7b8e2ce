import type { FastifyRequest } from 'fastify';
import { DetourError } from '../../core/errors.ts';
import type { ApiServer } from '../deps.ts';

/**
 * JSON in UTF-8 only (RFC 8259, section 8.1), as it is. An empty body is no body, whatever its media type says:
 * clients send both for `POST` without data.
 */
export function registerBodies(app: ApiServer): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    const refusal = codingRefusal(request);
    if (refusal) return done(refusal);
    return parse(request, body as string, done);
  });
  app.addHook('onError', async (_request, reply, error) => {
    // RFC 9110, section 15.5.16: says which codings would have been taken.
    if (error instanceof DetourError && error.field === 'content-encoding') reply.header('accept-encoding', 'identity');
  });
}

/**
 * Reads JSON straight from its octets where `read` knows how; what it answers null for is read as everywhere else, and
 * refused by the same words. For routes whose bodies are large and all of one shape.
 */
export function registerOctets(
  app: ApiServer,
  read: (request: FastifyRequest, body: Buffer) => Promise<unknown>,
): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    const refusal = codingRefusal(request);
    if (refusal) return done(refusal);
    read(request, body).then(
      (known) => (known === null ? parse(request, body.toString('utf8'), done) : done(null, known)),
      done,
    );
  });
}

/** Why a body cannot be read that is packed, or written in other characters than UTF-8; null when it can. */
function codingRefusal({ headers }: FastifyRequest): DetourError | null {
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
    return unsupported('content-encoding', 'bodies are taken as they are, not compressed', coding);
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') {
    return unsupported('content-type', 'JSON must be in UTF-8', charset);
  }
  return null;
}

function unsupported(field: string, rule: string, value: string): DetourError {
  return new DetourError('UNSUPPORTED_MEDIA_TYPE', `${field}: ${rule}`, { field, value });
}

/** For routes whose body has nothing to say: none is the same as `{}`. */
export async function allowEmptyBody(request: FastifyRequest): Promise<void> {
  if (request.body === undefined) request.body = {};
}
