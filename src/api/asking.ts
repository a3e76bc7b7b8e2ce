import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { DetourError } from '../core/errors.ts';
import type { Ask } from '../reroute/apply.ts';
import type { NewAuditRecord, Store } from '../store/store.ts';
import { callerOf } from './plugins/access.ts';
import { inputError } from './problem.ts';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Who asks, why, and under which `Idempotency-Key`: the same key of another caller is another key. */
export function askOf(request: FastifyRequest, reason: string | null = null): Ask {
  const by = callerOf(request);
  const header = request.headers['idempotency-key'];
  if (header !== undefined && (typeof header !== 'string' || !KEY.test(header)))
    throw inputError('idempotency-key', 'must be 1 to 200 printable characters without spaces', header);
  const requestKey = header === undefined ? null : createHash('sha256').update(`${by.name}\n${header}`).digest('hex');
  return { by, reason, requestKey, automatic: false };
}

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
  throw new DetourError('REQUEST_KEY_USED', `idempotency-key: was used for "${used}"`, {
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
