import { isLive, newToken, type TokenRecord } from '../../core/access.ts';
import { DetourError } from '../../core/errors.ts';
import { askOf, controlAudit, once } from '../asking.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { readTokens } from '../plugins/access.ts';
import { notFound } from '../problem.ts';
import { IdParams, List, NoQuery, problemResponses } from '../schemas/common.ts';
import { NewTokenBody, NewTokenSchema, type TokenView, TokenViewSchema } from '../schemas/control.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;

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
      const tokens = await readTokens(store);
      if (role !== 'admin' && deps.adminToken === null && !tokens.some((each) => isAdmin(each, atMs)))
        throw new DetourError('CONFLICT', 'the first token must be an admin', { field: 'role', value: role });
      if (tokens.some((each) => each.name === name && isLive(each, atMs)))
        throw new DetourError('CONFLICT', `there is a token ${name} already`, { field: 'name', value: name });
      const about = { name, role, createdAtMs: atMs, createdBy: ask.by.name };
      const { secret, record } = newToken({ ...about, expiresAtMs: atMs + expiresInDays * DAY_MS });
      await write(deps, record, 0, controlAudit(ask, { ...auditOf(record, atMs, 'create') }));
      reply.code(201).header('cache-control', 'no-store');
      return { ...viewOf(record), token: secret };
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
        await write(
          deps,
          { ...record, revokedAtMs: atMs },
          version,
          controlAudit(ask, auditOf(record, atMs, 'revoke')),
        );
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
  version: number,
  audit: ReturnType<typeof controlAudit>,
): Promise<void> {
  const { requestKey } = audit;
  const change = { kind: 'tokens', id: record.id, version, value: record, audit, events: [], requestKey } as const;
  const written = await store.control.change(change);
  if (written === 'written') return;
  const words = written === 'repeated' ? 'this request was carried out before' : 'the token was changed meanwhile';
  throw new DetourError('CONFLICT', `${words}: nothing was done`, { field: 'id', value: record.id });
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
