import { type AccessRole, DETOUR_CALLER, isLive, LOCAL_CALLER, newToken, type TokenRecord } from '../../core/access.ts';
import { DetourError } from '../../core/errors.ts';
import type { NewAuditRecord, Written } from '../../store/store.ts';
import { askOf, controlAudit, once, onceMade, REPEATED } from '../asking.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { CONFIGURED_ADMIN, readTokens } from '../plugins/access.ts';
import { inputError, notFound } from '../problem.ts';
import { makeRoom } from '../room.ts';
import { IdParams, List, NoQuery, problemResponses } from '../schemas/common.ts';
import { type NewToken, NewTokenBody, NewTokenSchema, type TokenView, TokenViewSchema } from '../schemas/control.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;
const MAX_TOKENS = 1000;
/** Names that the audit has for others: nobody shall pass for them. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([LOCAL_CALLER.name, DETOUR_CALLER.name, CONFIGURED_ADMIN]);

export function tokenRoutes(app: ApiServer, deps: ApiDeps): void {
  const { store, clock } = deps;

  app.get(
    '/tokens',
    {
      schema: {
        tags: ['control'],
        summary: 'Tokens that were made, without their secrets',
        querystring: NoQuery,
        response: { 200: List(TokenViewSchema), ...problemResponses },
      },
    },
    async () => ({ items: (await readTokens(store)).map(viewOf), next: null }),
  );

  app.post(
    '/tokens',
    {
      schema: {
        tags: ['control'],
        summary: 'Make a token; its secret is shown this once',
        description: 'The first token must be an admin: from then on loopback needs one, too.',
        querystring: NoQuery,
        body: NewTokenBody,
        response: { 201: NewTokenSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { name, role, expiresInDays = DEFAULT_DAYS } = request.body;
      const ask = askOf(request);
      const atMs = clock.nowMs();
      const make = async (): Promise<NewToken | typeof REPEATED> => {
        const tokens = await readTokens(store);
        requireSense(tokens, { name, role, atMs, isFirst: deps.adminToken === null });
        const about = { name, role, createdAtMs: atMs, createdBy: ask.by.name };
        const { secret, record } = newToken({ ...about, expiresAtMs: atMs + expiresInDays * DAY_MS });
        const audit = controlAudit(ask, auditOf(record, atMs, 'create'));
        const written = await write(deps, record, { version: 0, audit, forget: roomFor(tokens, atMs) });
        return written === 'repeated' ? REPEATED : { ...viewOf(record), token: secret };
      };
      const again = async (id: string): Promise<NewToken> => ({
        ...viewOf((await known(deps, id)).record),
        token: null,
      });
      const made = await onceMade(store, ask, 'create token', make, again);
      return reply.code(201).header('cache-control', 'no-store').send(made);
    },
  );

  app.delete(
    '/tokens/:id',
    {
      schema: {
        tags: ['control'],
        summary: 'Revoke a token; it ends at once',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: TokenViewSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const ask = askOf(request);
      const view = async (): Promise<TokenView> => viewOf((await known(deps, id)).record);
      const revoke = async (): Promise<TokenView> => {
        const { record, version } = await known(deps, id);
        if (record.revokedAtMs !== null) return viewOf(record);
        await requireAdminLeft(deps, record);
        const atMs = clock.nowMs();
        const audit = controlAudit(ask, auditOf(record, atMs, 'revoke'));
        await write(deps, { ...record, revokedAtMs: atMs }, { version, audit });
        return view();
      };
      return once(store, ask, `revoke token ${id}`, revoke, view);
    },
  );
}

/** Others than the last admin can be revoked; the last admin only as the last token of all. */
async function requireAdminLeft({ store, clock, adminToken }: ApiDeps, record: TokenRecord): Promise<void> {
  const others = (await readTokens(store)).filter(({ id, revokedAtMs }) => id !== record.id && revokedAtMs === null);
  if (adminToken !== null || others.length === 0 || others.some((each) => isAdmin(each, clock.nowMs()))) return;
  throw new DetourError('CONFLICT', 'it is the last admin: nobody could manage the other tokens', {
    field: 'id',
    value: record.id,
    hint: 'make another admin first, or revoke the other tokens',
  });
}

async function known({ store }: ApiDeps, id: string): Promise<{ record: TokenRecord; version: number }> {
  const found = await store.control.read('tokens', id);
  const record = (await readTokens(store)).find((each) => each.id === id);
  if (!found || !record) throw notFound('token', 'id', id);
  return { record, version: found.version };
}

async function write(
  { store }: ApiDeps,
  record: TokenRecord,
  about: { readonly version: number; readonly audit: NewAuditRecord; readonly forget?: readonly string[] },
): Promise<Written> {
  const { requestKey } = about.audit;
  const { id } = record;
  const written = await store.control.change({ kind: 'tokens', id, value: record, events: [], requestKey, ...about });
  if (written === 'conflict')
    throw new DetourError('CONFLICT', 'the token was changed meanwhile: nothing was done', { field: 'id', value: id });
  return written;
}

interface Wanted {
  readonly name: string;
  readonly role: AccessRole;
  readonly atMs: number;
  /** No admin is configured: the first token has to be one. */
  readonly isFirst: boolean;
}

function requireSense(tokens: readonly TokenRecord[], { name, role, atMs, isFirst }: Wanted): void {
  if (RESERVED_NAMES.has(name.toLowerCase()))
    throw inputError('name', 'is kept for callers without a token, and for the service itself', name);
  if (role !== 'admin' && isFirst && !tokens.some((each) => isAdmin(each, atMs)))
    throw new DetourError('CONFLICT', 'the first token must be an admin', { field: 'role', value: role });
  if (tokens.some((each) => each.name === name && isLive(each, atMs)))
    throw new DetourError('CONFLICT', `there is a token ${name} already`, { field: 'name', value: name });
}

/** Tokens that have ended make room for new ones: every request reads them all. */
function roomFor(tokens: readonly TokenRecord[], nowMs: number): string[] {
  const ended = tokens
    .filter((token) => !isLive(token, nowMs))
    .map(({ id, revokedAtMs, expiresAtMs }) => ({ id, endedAtMs: revokedAtMs ?? expiresAtMs ?? nowMs }));
  return makeRoom({ total: tokens.length, max: MAX_TOKENS, what: 'tokens' }, ended);
}

function auditOf({ id, name, role, expiresAtMs }: TokenRecord, atMs: number, action: string) {
  return { atMs, action, subject: 'token' as const, subjectId: id, details: { name, role, expiresAtMs } };
}

function isAdmin(token: TokenRecord, nowMs: number): boolean {
  return token.role === 'admin' && isLive(token, nowMs);
}

function viewOf({ hash: _hash, ...view }: TokenRecord): TokenView {
  return view;
}
