import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DetourError } from '../../core/errors.ts';
import { Secret } from './credentials.ts';
import { authProtocolOf, privProtocolOf } from './usm/algorithms.ts';
import type { UsmUser } from './usm/user.ts';

/** A v3 user as it stands in an environment variable or file: one JSON object. */
const UserSchema = Type.Object(
  {
    user: Type.String({ minLength: 1, maxLength: 32 }),
    auth: Type.Optional(Type.String()),
    authPassword: Type.Optional(Type.String()),
    priv: Type.Optional(Type.String()),
    privPassword: Type.Optional(Type.String()),
    context: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { additionalProperties: false },
);
export type UserFields = Static<typeof UserSchema>;

/** RFC 3414, section 11.2. */
const LEAST_PASSWORD = 8;

/** Credentials of one agent: a community, or a user. */
export type AgentCredentials = { readonly community: Secret } | { readonly user: UsmUser };

/**
 * What a resolved secret holds: a JSON object is a v3 user, anything else a v2c community.
 * @throws DetourError SNMP_CREDENTIALS, which names the field and never a value.
 */
export function agentCredentials(secret: Secret): AgentCredentials {
  const text = secret.reveal().trim();
  if (!text.startsWith('{')) return { community: secret };
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw wrong('credentials', 'begin like a JSON object and are none', 'write {"user": ..., "auth": ...} on one line');
  }
  if (!Value.Check(UserSchema, fields)) {
    const [first] = Value.Errors(UserSchema, fields);
    const name = first?.instancePath.slice(1) ?? '';
    // Only a name of ours is repeated: an unknown one may be a secret in the wrong place.
    const field = name in UserSchema.properties ? name : 'credentials';
    throw wrong(field, 'does not fit', 'fields: user, auth, authPassword, priv, privPassword, context');
  }
  return { user: usmUser(fields) };
}

/** A user from its fields; the security level follows from what is there. @throws DetourError SNMP_CREDENTIALS */
export function usmUser(fields: UserFields): UsmUser {
  const auth = fields.auth === undefined ? null : authProtocolOf(fields.auth);
  if (fields.auth !== undefined && auth === null) throw wrong('auth', 'is unknown', 'SHA-1, SHA-256, SHA-384, SHA-512');
  const priv = fields.priv === undefined ? null : privProtocolOf(fields.priv);
  if (fields.priv !== undefined && priv === null) throw wrong('priv', 'is unknown', 'AES-128, AES-256b, AES-256r');
  if (priv && !auth) throw wrong('priv', 'needs auth too', 'there is no privacy without authentication');
  return {
    name: fields.user,
    auth: auth && { protocol: auth, password: password('authPassword', fields.authPassword) },
    priv: priv && { protocol: priv, password: password('privPassword', fields.privPassword) },
    context: fields.context ?? '',
  };
}

function password(field: string, text: string | undefined): Secret {
  if (text === undefined) throw wrong(field, 'is missing', 'the protocol is named, so a password belongs to it');
  if (Buffer.byteLength(text) < LEAST_PASSWORD) throw wrong(field, 'is too short', 'SNMP wants 8 octets at least');
  return new Secret(text);
}

function wrong(field: string, what: string, hint: string): DetourError {
  return new DetourError('SNMP_CREDENTIALS', `SNMP v3 credentials: ${field} ${what}`, { field, hint });
}
