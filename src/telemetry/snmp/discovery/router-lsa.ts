/** One point-to-point or transit link of a router LSA. */
export interface LsaLink {
  /** Far router's id; of a transit network the address of its designated router. */
  readonly farId: string;
  readonly kind: 'point-to-point' | 'transit';
  /** Own interface address; `0.0.0.n` on unnumbered interfaces. */
  readonly address: string;
  readonly metric: number;
}

export interface RouterLsa {
  readonly routerId: string;
  readonly links: readonly LsaLink[];
}

const HEADER_OCTETS = 20;
const ROUTER_LSA = 1;
const KINDS: Readonly<Record<number, LsaLink['kind']>> = { 1: 'point-to-point', 2: 'transit' };

/**
 * A router LSA (RFC 2328, appendix A.4.2) as ospfLsdbAdvertisement has it; null when it is another LSA or is cut
 * short. Every length comes from the agent, so each is checked against what is there.
 */
export function decodeRouterLsa(octets: Uint8Array): RouterLsa | null {
  const bytes = Buffer.from(octets);
  if (bytes.length < HEADER_OCTETS + 4 || bytes[3] !== ROUTER_LSA) return null;
  const links: LsaLink[] = [];
  let at = HEADER_OCTETS + 4;
  for (let left = bytes.readUInt16BE(HEADER_OCTETS + 2); left > 0; left -= 1) {
    if (at + 12 > bytes.length) return null;
    const kind = KINDS[bytes.readUInt8(at + 8)];
    if (kind)
      links.push({ farId: ip(bytes, at), kind, address: ip(bytes, at + 4), metric: bytes.readUInt16BE(at + 10) });
    at += 12 + 4 * bytes.readUInt8(at + 9);
  }
  return { routerId: ip(bytes, 4), links };
}

function ip(bytes: Buffer, at: number): string {
  return [...bytes.subarray(at, at + 4)].join('.');
}
