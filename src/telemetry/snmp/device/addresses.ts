import { isIPv4 } from 'node:net';

/** An address of 4 or 16 octets as text; null for any other length and for 0.0.0.0 and ::. */
export function addressOf(bytes: readonly number[] | Uint8Array | undefined): string | null {
  if (bytes === undefined || [...bytes].every((byte) => byte === 0)) return null;
  if (bytes.length === 4) return [...bytes].join('.');
  if (bytes.length !== 16) return null;
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return compressed(groups);
}

/** RFC 5952: the longest run of zero groups becomes `::`. */
function compressed(groups: readonly string[]): string {
  const text = groups.join(':');
  const runs = [...text.matchAll(/\b0(:0)+\b/g)].sort((left, right) => right[0].length - left[0].length);
  const run = runs[0];
  if (run === undefined) return text;
  return `${text.slice(0, run.index).replace(/:$/, '')}::${text.slice(run.index + run[0].length).replace(/^:/, '')}`;
}

/** An IPv4 address as a number; null when it is none. */
export function ipv4Number(address: string): number | null {
  return isIPv4(address) ? address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : null;
}

export function ipv4Text(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

/** `0011.2233.4455`: an IS-IS system id. */
export function systemIdOf(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,4}/g) ?? []
  ).join('.');
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
