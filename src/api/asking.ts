import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../core/access.ts';
import { DetourError } from '../core/errors.ts';
import { contentHash } from '../core/ids.ts';
import type { Ask } from '../reroute/apply.ts';
import type { NewAuditRecord, Store } from '../store/store.ts';
import { callerOf } from './plugins/access.ts';
import { inputError } from './problem.ts';

const KEY = /^[\x21-\x7e]{1,200}$/;

const HASH_LENGTH = 32;

/**
 * Who asks, why, and under which `Idempotency-Key`: the same key of another caller is another key, and with another body
 * it is refused.
 */
export function askOf(request: FastifyRequest, reason: string | null = null): Ask {
  const by = callerOf(request);
  const header = request.headers['idempotency-key'];
  if (header !== undefined && (typeof header !== 'string' || !KEY.test(header)))
    throw inputError('idempotency-key', 'must be 1 to 200 printable characters without spaces', header);
  return { by, reason, requestKey: header === undefined ? null : keyOf(by, header, request.body), automatic: false };
}

function keyOf(by: Caller, header: string, body: unknown): string {
  const name = createHash('sha256').update(`${by.name}\n${header}`).digest('hex');
  return `${name}.${contentHash(body ?? null, HASH_LENGTH)}`;
}

/**
 * Makes something new unless this very request has made it before: then `again` answers it, by its id. `use` is what is
 * done, as the audit says it: `plan maintenance`. Rejects with REQUEST_KEY_USED when the key was used for something else.
 */
export async function onceMade<T>(
  store: Pick<Store, 'control'>,
  { requestKey }: Ask,
  use: string,
  make: () => Promise<T | typeof REPEATED>,
  again: (id: string) => Promise<T>,
): Promise<T> {
  const usedFor = async (): Promise<string | null> => (requestKey === null ? null : store.control.request(requestKey));
  let used = await usedFor();
  if (used === null) {
    const made = await make();
    if (made !== REPEATED) return made;
    // The same request at the same time was faster.
    used = (await usedFor()) ?? 'something that is forgotten';
  }
  const id = used.startsWith(`${use} `) ? used.slice(use.length + 1) : '';
  if (!MADE_ID.test(id)) throw keyUsed(used);
  return again(id);
}

/** What was to be made was made by this very request before. */
export const REPEATED = Symbol('repeated');
/** Ids of what is made upon request. */
const MADE_ID = /^[0-9a-f]{12}$/;

/**
 * Runs a decision unless this very request was carried out before: then `again` answers how things stand. Rejects with
 * REQUEST_KEY_USED when the key was used for something else.
 */
export async function once<T>(
  store: Pick<Store, 'control'>,
  { requestKey }: Ask,
  use: string,
  run: () => Promise<T>,
  again: () => Promise<T>,
): Promise<T> {
  const used = requestKey === null ? null : await store.control.request(requestKey);
  if (used === null) return run();
  if (used === use) return again();
  throw keyUsed(used);
}

function keyUsed(used: string): DetourError {
  return new DetourError('REQUEST_KEY_USED', `idempotency-key: was used for "${used}"`, {
    field: 'idempotency-key',
    hint: 'take a new key for every request that is not a repetition',
  });
}

/** The record of something that people set up. */
export function controlAudit(
  ask: Ask,
  about: Pick<NewAuditRecord, 'atMs' | 'action' | 'subject' | 'subjectId' | 'details'> &
    Partial<Pick<NewAuditRecord, 'from' | 'to'>>,
): NewAuditRecord {
  const { by, reason, requestKey } = ask;
  const rest = { by: by.name, role: by.role, reason, requestKey, planHash: null };
  return { from: null, to: null, ...rest, ...about };
}
