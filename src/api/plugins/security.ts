import { isIP } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { DetourError } from '../../core/errors.ts';
import type { ApiConfig, ApiServer } from '../deps.ts';

/** Requests of one address in a minute: far above what a screen, a collector and a scraper need together. */
const REQUESTS_PER_MINUTE = 6000;

/** What programs on this machine may send as often as they like: samples, and rows for the model. */
const INGEST = /\/(samples|predict|predict\/batch)$/;

const STRICT_CSP = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** swagger-ui and bull-board write styles into their pages; everything else stays forbidden, other hosts too. */
const FOREIGN_UI_CSP =
  "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;font-src 'self' data:;" +
  "connect-src 'self';base-uri 'self';form-action 'self';frame-ancestors 'none'";
const FOREIGN_UI = /^\/(docs|queues)(\/|\?|$)/;

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Security headers, a limit on requests, and two guards against web pages that an operator has open elsewhere:
 * - a request that changes something and names an `Origin` must come from a page of this very host (no CSRF);
 * - while the service listens on a loopback address only, the `Host` must be a loopback name, so that a foreign name
 *   that was made to resolve to 127.0.0.1 reaches nothing (DNS rebinding). A reverse proxy on the same machine must
 *   therefore pass its upstream's own name, as they do by default.
 */
export async function registerSecurity(app: ApiServer, config: ApiConfig): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: STRICT_CSP },
    // There is no TLS of our own; a proxy that has it sets this.
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: '1 minute',
    cache: 5000,
    allowList: (request) => isLoopback(request.ip) && isIngest(request),
    errorResponseBuilder: (_request, { max, after }) =>
      new DetourError('RATE_LIMITED', `more than ${max} requests`, { hint: `try again in ${after}` }),
  });
  const localOnly = isLoopback(config.host);
  app.addHook('onRequest', async (request, reply) => {
    if (FOREIGN_UI.test(request.url)) reply.raw.setHeader('content-security-policy', FOREIGN_UI_CSP);
    if (localOnly) refuseForeignHost(request);
    if (!READING.has(request.method)) refuseForeignOrigin(request);
  });
}

function isIngest(request: FastifyRequest): boolean {
  return INGEST.test(request.routeOptions.url ?? '');
}

/** True for `localhost`, 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:/i, '');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function refuseForeignHost(request: FastifyRequest): void {
  const { host } = request.headers;
  if (host === undefined || isLoopback(hostName(host))) return;
  throw new DetourError('FOREIGN_ORIGIN', 'host: must be localhost or a loopback address', {
    field: 'host',
    value: host,
    hint: 'listen on another address to be called by another name',
  });
}

function refuseForeignOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  const crossSite = request.headers['sec-fetch-site'] === 'cross-site';
  if (!crossSite && (origin === undefined || hostOf(origin) === host)) return;
  throw new DetourError('FOREIGN_ORIGIN', 'origin: changes are taken from pages of this host only', {
    field: 'origin',
    value: origin,
  });
}

/** The host without its port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
