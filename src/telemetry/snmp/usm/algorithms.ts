/** Authentication protocols: RFC 3414 (SHA-1) and RFC 7860 (SHA-2). MD5 is left out: it is broken. */
export const AUTH_PROTOCOLS = {
  sha1: { hash: 'sha1', webCrypto: 'SHA-1', macBytes: 12 },
  sha256: { hash: 'sha256', webCrypto: 'SHA-256', macBytes: 24 },
  sha384: { hash: 'sha384', webCrypto: 'SHA-384', macBytes: 32 },
  sha512: { hash: 'sha512', webCrypto: 'SHA-512', macBytes: 48 },
} as const;
export type AuthProtocol = keyof typeof AUTH_PROTOCOLS;

/**
 * Privacy protocols: RFC 3826 (AES-128), and AES-256 with the two ways in use to make a key that is longer than the
 * hash: draft-blumenthal-aes-usm-04 (net-snmp, Juniper) and draft-reeder-snmpv3-usm-3desede-00 (Cisco and others).
 * DES is left out: it is broken.
 */
export const PRIV_PROTOCOLS = {
  aes128: { cipher: 'aes-128-cfb', keyBytes: 16, extension: 'blumenthal' },
  aes256b: { cipher: 'aes-256-cfb', keyBytes: 32, extension: 'blumenthal' },
  aes256r: { cipher: 'aes-256-cfb', keyBytes: 32, extension: 'reeder' },
} as const;
export type PrivProtocol = keyof typeof PRIV_PROTOCOLS;

const AUTH_NAMES: Readonly<Record<string, AuthProtocol>> = {
  sha: 'sha1',
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
};

const PRIV_NAMES: Readonly<Record<string, PrivProtocol>> = {
  aes: 'aes128',
  aes128: 'aes128',
  aes256: 'aes256b',
  aes256b: 'aes256b',
  aes256r: 'aes256r',
  // As net-snmp's and Cisco's configurations name the variant.
  aes256c: 'aes256r',
};

/** A protocol by any of its usual spellings (`SHA-256`, `sha256`); null when there is no such. */
export function authProtocolOf(name: string): AuthProtocol | null {
  return AUTH_NAMES[plain(name)] ?? null;
}

/** As `authProtocolOf`; `AES-256` without more is the variant of net-snmp. */
export function privProtocolOf(name: string): PrivProtocol | null {
  return PRIV_NAMES[plain(name)] ?? null;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '');
}
