import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { ERRORS, type ErrorKey } from '../../core/errors.ts';
import type { ApiConfig, ApiServer } from '../deps.ts';

/** OpenAPI 3.1 made from the routes' schemas, at `/openapi.json`; readable at `/docs`. Call before the routes. */
export async function registerDocs(app: ApiServer, config: ApiConfig): Promise<void> {
  await app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Detour',
        version: config.version,
        description:
          'Health of every link, and reroutes that are proven to help. Times are milliseconds since the epoch, ' +
          'rates bit/s, ratios 0..1; what is not known is null.',
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'network', description: 'what the network is, and how it is' },
        { name: 'reroutes', description: 'proposals and the plans that made them' },
        { name: 'control', description: 'who may change what, and what was changed' },
        { name: 'telemetry', description: 'samples in, events out' },
        { name: 'service', description: 'about Detour itself' },
      ],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { docExpansion: 'list' } });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/docs/errors', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(errorsPage()),
  );
}

/** What every error code means; problem documents point here. */
function errorsPage(): string {
  const rows = (Object.keys(ERRORS) as ErrorKey[])
    .map((key) => `<tr id="DETOUR_ERR_${key}"><td>DETOUR_ERR_${key}<td>${ERRORS[key].status}<td>${ERRORS[key].title}`)
    .join('\n');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Detour: error codes</title>
<h1>Error codes</h1><table><tr><th>Code<th>HTTP status<th>Meaning
${rows}
</table></html>`;
}
