import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { nullable } from './schema.ts';

/** What a caller may do, each role more than the one before it. */
export const ACCESS_ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** Who asks for something, or does it by itself. */
export interface Caller {
  /** Name of a token, `local`, or `detour` for what the service does by itself. */
  readonly name: string;
  readonly role: AccessRole;
}

/** Whoever calls over loopback while no token is configured. */
export const LOCAL_CALLER: Caller = { name: 'local', role: 'admin' };
/** The service itself, where it acts without being asked. */
export const DETOUR_CALLER: Caller = { name: 'detour', role: 'admin' };

/** A token as it is kept: enough to recognise it, not enough to use it. */
export const TokenRecordSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.Enum(ACCESS_ROLES),
  /** SHA-256 of the secret, hex. The secret has 256 random bits, so that a slow hash would add nothing. */
  hash: Type.String(),
  createdAtMs: Type.Number(),
  createdBy: Type.String(),
  expiresAtMs: nullable(Type.Number()),
  revokedAtMs: nullable(Type.Number()),
});
export type TokenRecord = Static<typeof TokenRecordSchema>;

/** `detour_<id>_<secret>`: the prefix lets scanners of repositories find tokens that were committed by mistake. */
const FORMAT = /^detour_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** True where `role` may do what `needed` is asked for. */
export function mayAct(role: AccessRole, needed: AccessRole): boolean {
  return ACCESS_ROLES.indexOf(role) >= ACCESS_ROLES.indexOf(needed);
}

/** A new token: what is given out once, and what is kept of it. `bytes` gives random bytes. */
export function newToken(
  about: Omit<TokenRecord, 'id' | 'hash' | 'revokedAtMs'>,
  bytes: (count: number) => Buffer = randomBytes,
): { readonly secret: string; readonly record: TokenRecord } {
  const id = bytes(6).toString('hex');
  const secret = `detour_${id}_${bytes(32).toString('base64url')}`;
  return { secret, record: { id, ...about, hash: hashOf(secret), revokedAtMs: null } };
}

/** The id in a token's text; null when the text is no token. */
export function tokenId(secret: string): string | null {
  return FORMAT.exec(secret)?.[1] ?? null;
}

/** Why a token is not taken: it is another one's, revoked or expired; null where it is good. */
export function tokenRefusal(record: TokenRecord, secret: string, nowMs: number): string | null {
  const [given, kept] = [Buffer.from(hashOf(secret)), Buffer.from(record.hash)];
  if (given.length !== kept.length || !timingSafeEqual(given, kept)) return 'it is not known';
  if (record.revokedAtMs !== null) return 'it was revoked';
  return record.expiresAtMs !== null && record.expiresAtMs <= nowMs ? 'it has expired' : null;
}

/** True for tokens that can still be used. */
export function isLive({ revokedAtMs, expiresAtMs }: TokenRecord, nowMs: number): boolean {
  return revokedAtMs === null && (expiresAtMs === null || expiresAtMs > nowMs);
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
