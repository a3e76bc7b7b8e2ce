import type { FastifyRequest } from 'fastify';
import type { ApiServer } from '../deps.ts';

/** JSON only. An empty body is no body, whatever its media type says: clients send both for `POST` without data. */
export function registerBodies(app: ApiServer): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
}

/** For routes whose body has nothing to say: none is the same as `{}`. */
export async function allowEmptyBody(request: FastifyRequest): Promise<void> {
  if (request.body === undefined) request.body = {};
}
