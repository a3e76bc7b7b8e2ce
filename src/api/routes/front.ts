import type { ApiDeps, ApiServer } from '../deps.ts';
import { type SendPage, wantsPage } from '../plugins/web.ts';

/** Where things are. */
const ADDRESSES = {
  api: '/api/v1/status',
  docs: '/docs',
  openapi: '/openapi.json',
  queues: '/queues',
  metrics: '/metrics',
  events: '/api/v1/events',
  health: '/healthz',
  readiness: '/readyz',
} as const;

/** `/`: the screen for browsers (the addresses, where it was not built), the addresses as JSON for others. */
export function frontRoutes(app: ApiServer, deps: ApiDeps, sendPage: SendPage | null): void {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    reply.header('vary', 'accept');
    if (wantsPage(request)) return sendPage ? sendPage(reply) : reply.type('text/html; charset=utf-8').send(page(deps));
    return reply.send({ name: 'detour', version: deps.config.version, addresses: ADDRESSES });
  });
}

function page({ config }: ApiDeps): string {
  const links = Object.entries(ADDRESSES).map(([name, url]) => `<li>${name}: <a href="${url}">${url}</a>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Detour</title>
<h1>Detour ${config.version}</h1><ul>${links.join('\n')}</ul></html>`;
}
