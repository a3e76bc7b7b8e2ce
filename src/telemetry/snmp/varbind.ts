/** What an agent says about one object, decoded. `unreadable` is a value that does not fit its own type. */
export type SnmpValue =
  | { readonly type: 'integer' | 'counter32' | 'gauge32' | 'timeticks'; readonly value: number }
  | { readonly type: 'counter64'; readonly value: bigint }
  | { readonly type: 'octets' | 'opaque'; readonly value: Uint8Array }
  | { readonly type: 'oid' | 'ip'; readonly value: string }
  | {
      readonly type: 'null' | 'noSuchObject' | 'noSuchInstance' | 'endOfMibView' | 'unreadable';
      readonly value: null;
    };

export type Varbind = { readonly oid: string } & SnmpValue;

/** A number, of whatever 32-bit type the agent chose; null when it is none. */
export function numberOf(varbind: Varbind | undefined): number | null {
  return typeof varbind?.value === 'number' ? varbind.value : null;
}

/** A counter; agents are known to send gauges and integers where counters belong. Null when negative or none. */
export function countOf(varbind: Varbind | undefined): bigint | null {
  if (varbind?.type === 'counter64') return varbind.value;
  const value = numberOf(varbind);
  return value === null || value < 0 ? null : BigInt(value);
}

/** Text, without trailing zeros and control characters (it ends up in tables and logs); null when it is none. */
export function textOf(varbind: Varbind | undefined): string | null {
  if (varbind?.type !== 'octets') return null;
  const text = new TextDecoder().decode(varbind.value);
  return [...text]
    .map((char) => (isControl(char) ? ' ' : char))
    .join('')
    .trim();
}

function isControl(char: string): boolean {
  const code = char.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** An object identifier; null when it is none. */
export function oidOf(varbind: Varbind | undefined): string | null {
  return varbind?.type === 'oid' ? varbind.value : null;
}

/** `00:11:22:33:44:55`; null when empty or not six octets long. */
export function macOf(varbind: Varbind | undefined): string | null {
  if (varbind?.type !== 'octets' || varbind.value.length !== 6) return null;
  return [...varbind.value].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/** True when the agent says that it has no such object. */
export function isMissing(varbind: Varbind | undefined): boolean {
  return varbind === undefined || varbind.value === null;
}
