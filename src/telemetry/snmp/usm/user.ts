import type { Secret } from '../credentials.ts';
import type { AuthProtocol, PrivProtocol } from './algorithms.ts';
import { localizedKey, passwordKey, privacyKey } from './keys.ts';

/** A user of the User-based Security Model and how it speaks: without, with authentication, with privacy too. */
export interface UsmUser {
  readonly name: string;
  readonly auth: { readonly protocol: AuthProtocol; readonly password: Secret } | null;
  /** Only together with `auth`. */
  readonly priv: { readonly protocol: PrivProtocol; readonly password: Secret } | null;
  /** Context name; empty for the default context. */
  readonly context: string;
}

/** Keys of a user for one engine. */
export interface UsmKeys {
  readonly auth: { readonly protocol: AuthProtocol; readonly key: Buffer } | null;
  readonly priv: { readonly protocol: PrivProtocol; readonly key: Buffer } | null;
}

/** Computes the keys of a user for one engine, off the main thread where it takes long. */
export async function keysFor(user: UsmUser, engineId: Uint8Array): Promise<UsmKeys> {
  const { auth, priv } = user;
  if (auth === null) return { auth: null, priv: null };
  const userKey = await passwordKey(auth.password.reveal(), auth.protocol);
  const authKey = localizedKey(userKey, engineId, auth.protocol);
  const privKey = priv && (await privacyKey(priv.password.reveal(), engineId, auth.protocol, priv.protocol));
  return {
    auth: { protocol: auth.protocol, key: authKey },
    priv: priv && privKey ? { protocol: priv.protocol, key: privKey } : null,
  };
}
