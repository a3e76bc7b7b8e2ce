import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiServer } from '../deps.ts';
import { SCREEN_PATHS } from '../screen-paths.ts';

/** Sends the page of the browser app. */
export type SendPage = (reply: FastifyReply) => FastifyReply;

/**
 * Serves the browser app as `vite build` left it in this folder: files with a hash in their name for ever, the page
 * itself asked for anew every time. Null, with nothing registered, where it was not built.
 */
export async function registerWeb(app: ApiServer, folder: string | null): Promise<SendPage | null> {
  if (folder === null || !existsSync(join(folder, 'index.html'))) return null;
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    index: false,
    // Made beside every file when the app is built.
    preCompressed: true,
    schemaHide: true,
  });
  const sendPage: SendPage = (reply) =>
    reply.header('cache-control', 'no-cache').sendFile('index.html', folder, { cacheControl: false });
  for (const path of SCREEN_PATHS.flatMap((name) => [`/${name}`, `/${name}/*`])) {
    app.get(path, { schema: { hide: true } }, (request, reply) =>
      wantsPage(request) ? sendPage(reply) : reply.callNotFound(),
    );
  }
  return sendPage;
}

/** True for a browser that opens an address; programs ask for something else, or say nothing. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false;
}
