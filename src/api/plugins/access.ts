import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import {
  type AccessRole,
  type Caller,
  isLive,
  LOCAL_CALLER,
  mayAct,
  type TokenRecord,
  TokenRecordSchema,
  tokenId,
  tokenRefusal,
} from '../../core/access.ts';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { shareReads } from '../../core/share-reads.ts';
import type { ControlRecord, Store } from '../../store/store.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { SCREEN_PATHS } from '../screen-paths.ts';
import { isLoopback } from './security.ts';

const checker = compileSchema(TokenRecordSchema, 'CORRUPT_RECORD');
/** Routes that anybody may read: that the service runs, and the browser app, which asks with a token itself. */
const OPEN: ReadonlySet<string> = new Set([
  ...['/', '/healthz', '/readyz', '/openapi.json', '/assets/*'],
  ...SCREEN_PATHS.flatMap((name) => [`/${name}`, `/${name}/*`]),
]);
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Between two looks at the tokens: thousands of requests a second would look as often, and wait for Redis each time. */
const LOOK_PAUSE_MS = 2;

/** Roles by method and route, the first that fits; what reads needs a viewer, any other change an operator. */
const NEEDED: readonly (readonly [method: RegExp, path: RegExp, role: AccessRole])[] = [
  [/^/, /^\/api\/v1\/tokens/, 'admin'],
  [/^(?!GET|HEAD)/, /^\/api\/v1\/guardrails\/kill$/, 'operator'],
  [/^(?!GET|HEAD)/, /^\/api\/v1\/guardrails/, 'admin'],
  [/^POST$/, /^\/api\/v1\/reroutes\/[^/]+\/(approve|apply|rollback)$/, 'approver'],
  [/^POST$/, /^\/api\/v1\/maintenance\/preview$/, 'viewer'],
  [/^(?!GET|HEAD)/, /^\/api\/v1\/maintenance/, 'approver'],
  [/^POST$/, /^\/api\/v1\/(what-if|predict|predict\/batch|plans\/:id\/replay)$/, 'viewer'],
  [/^(?!GET|HEAD)/, /^\/queues/, 'admin'],
];

/** The least role that a request needs. `route` is the pattern: `/api/v1/tokens/:id`. */
export function neededRole(method: string, route: string): AccessRole {
  const found = NEEDED.find(([methods, routes]) => methods.test(method) && routes.test(route));
  return found?.[2] ?? (READING.has(method) ? 'viewer' : 'operator');
}

/** Whoever calls with the token of the configuration. */
export const CONFIGURED_ADMIN = 'admin-token';

const callers = new WeakMap<FastifyRequest, Caller>();

/** Who sent a request that was let in. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('the request was not looked at by the guard');
  return caller;
}

/**
 * Lets in who may: over loopback anybody while no token is configured, as `local`, an admin; else only bearers of a
 * token whose role suffices (RFC 6750). Tokens are looked up for every request, so that a revoked one ends at once;
 * requests that come while others are looked up share the next look.
 */
export function registerAccess(app: ApiServer, deps: Pick<ApiDeps, 'store' | 'clock' | 'config' | 'adminToken'>): void {
  const records = shareReads(
    () => deps.store.control.list('tokens'),
    () => pause(LOOK_PAUSE_MS),
  );
  app.addHook('onRequest', async (request, reply) => {
    // The route that answers, never the address as it was sent: `/%61pi/v1/links` and `.../apply#x` lead there, too.
    const route = request.routeOptions.url;
    // Nothing is there: the answer is 404 or 405, whoever asks.
    if (route === undefined || (OPEN.has(route) && READING.has(request.method))) return;
    const caller = await identify(request, deps, records).catch((error: unknown) => {
      if (error instanceof DetourError && error.code === 'DETOUR_ERR_UNAUTHENTICATED')
        reply.header('www-authenticate', 'Bearer realm="detour"');
      throw error;
    });
    const needed = neededRole(request.method, route);
    if (!mayAct(caller.role, needed)) {
      throw new DetourError('FORBIDDEN', `${caller.name} is ${caller.role}; this needs the role ${needed}`, {
        field: 'role',
        value: caller.role,
        hint: 'ask an admin for a token with that role',
      });
    }
    callers.set(request, caller);
  });
}

async function identify(
  request: FastifyRequest,
  { clock, config, adminToken }: Pick<ApiDeps, 'clock' | 'config' | 'adminToken'>,
  read: () => Promise<ControlRecord[]>,
): Promise<Caller> {
  const records = await read();
  const tokens = tokensOf(records);
  // A record that cannot be read may be a token: it must not open the door.
  const isConfigured =
    adminToken !== null || tokens.length < records.length || tokens.some(({ revokedAtMs }) => revokedAtMs === null);
  const secret = /^Bearer +(\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
  if (!isConfigured && isLoopback(config.host) && isLoopback(request.ip)) return LOCAL_CALLER;
  if (secret === null) throw unauthenticated('a token is needed: Authorization: Bearer ...');
  if (adminToken?.matches(secret)) return { name: CONFIGURED_ADMIN, role: 'admin' };
  const known = tokens.find(({ id }) => id === tokenId(secret));
  const refusal = known ? tokenRefusal(known, secret, clock.nowMs()) : 'it is not known';
  if (!known || refusal !== null) throw unauthenticated(`the token is not taken: ${refusal}`);
  return { name: known.name, role: known.role };
}

/** All tokens that were ever made. */
export async function readTokens({ control }: Pick<Store, 'control'>): Promise<TokenRecord[]> {
  return tokensOf(await control.list('tokens'));
}

function tokensOf(records: readonly ControlRecord[]): TokenRecord[] {
  return records.map(({ value }) => value).filter(checker.matches);
}

/** True where somebody can do everything by token. */
export async function hasAdminToken(store: Pick<Store, 'control'>, nowMs: number): Promise<boolean> {
  return (await readTokens(store)).some((token) => token.role === 'admin' && isLive(token, nowMs));
}

function unauthenticated(message: string): DetourError {
  return new DetourError('UNAUTHENTICATED', message, {
    field: 'authorization',
    hint: "an admin makes one with 'detour tokens create'; where none is left, start with DETOUR_ADMIN_TOKEN",
  });
}
