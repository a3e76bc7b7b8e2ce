import { createHash, webcrypto } from 'node:crypto';
import { AUTH_PROTOCOLS, type AuthProtocol, PRIV_PROTOCOLS, type PrivProtocol } from './algorithms.ts';

/** RFC 3414, section 2.6 and appendix A.2: a password is repeated to a megabyte and hashed. */
const EXPANDED_BYTES = 1_048_576;
/** Credentials in use by one process; beyond, the oldest are computed again. */
const MAX_KEPT = 256;

const kept = new Map<string, Promise<Buffer>>();

/**
 * The user's key (Ku) of a password. Hashing a megabyte takes 1 to 1.5 ms, so it is done in libuv's thread pool
 * (WebCrypto), never on the main thread, and once per password: it does not depend on the device.
 */
export function passwordKey(password: string, protocol: AuthProtocol): Promise<Buffer> {
  const id = `${protocol}:${createHash('sha256').update(password).digest('base64')}`;
  const known = kept.get(id);
  if (known) return known;
  const key = expandAndHash(Buffer.from(password), protocol);
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value as string);
  kept.set(id, key);
  return key;
}

async function expandAndHash(secret: Uint8Array, protocol: AuthProtocol): Promise<Buffer> {
  const expanded = Buffer.alloc(EXPANDED_BYTES, secret);
  try {
    return Buffer.from(await webcrypto.subtle.digest(AUTH_PROTOCOLS[protocol].webCrypto, expanded));
  } finally {
    expanded.fill(0);
  }
}

/** The key for one engine (Kul): H(Ku | engineId | Ku). */
export function localizedKey(userKey: Buffer, engineId: Uint8Array, protocol: AuthProtocol): Buffer {
  return createHash(AUTH_PROTOCOLS[protocol].hash).update(userKey).update(engineId).update(userKey).digest();
}

/** The key that encrypts, long enough for the cipher. */
export async function privacyKey(
  password: string,
  engineId: Uint8Array,
  auth: AuthProtocol,
  priv: PrivProtocol,
): Promise<Buffer> {
  const { keyBytes, extension } = PRIV_PROTOCOLS[priv];
  let key = localizedKey(await passwordKey(password, auth), engineId, auth);
  let last = key;
  while (key.length < keyBytes) {
    last = extension === 'reeder' ? await reederPart(last, engineId, auth) : blumenthalPart(key, auth);
    key = Buffer.concat([key, last]);
  }
  return key.subarray(0, keyBytes);
}

/** draft-blumenthal-aes-usm-04, section 3.1.2.1: Kul := Kul | H(Kul). */
function blumenthalPart(key: Buffer, auth: AuthProtocol): Buffer {
  return createHash(AUTH_PROTOCOLS[auth].hash).update(key).digest();
}

/** draft-reeder-snmpv3-usm-3desede-00, section 2.1: the key so far is taken for a password. */
async function reederPart(last: Buffer, engineId: Uint8Array, auth: AuthProtocol): Promise<Buffer> {
  return localizedKey(await expandAndHash(last, auth), engineId, auth);
}
