import { BlockList, isIP } from 'node:net';
import { DetourError } from '../../../core/errors.ts';

/** Addresses that discovery may talk to. */
export interface Bounds {
  holds(address: string): boolean;
  readonly texts: readonly string[];
}

/** IPv4 and IPv6 prefixes such as `10.0.0.0/8`. @throws DetourError INVALID_INPUT naming the prefix. */
export function boundsOf(prefixes: readonly string[]): Bounds {
  const list = new BlockList();
  for (const prefix of prefixes) {
    const [address = '', length = ''] = prefix.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    if (version === 0 || !/^\d+$/.test(length) || Number(length) > most) {
      throw new DetourError('INVALID_INPUT', `within: must be a prefix such as 10.0.0.0/8, got ${prefix}`, {
        field: 'within',
        value: prefix,
      });
    }
    list.addSubnet(address, Number(length), version === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    texts: [...prefixes],
    holds: (address) => {
      const version = isIP(address);
      return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

/** What a walk may reach when nobody says: the /16 around an IPv4 seed, the /48 around an IPv6 one. */
export function prefixAround(seed: string): string {
  return isIP(seed) === 6 ? `${seed}/48` : `${seed}/16`;
}

const NEVER = new BlockList();
NEVER.addSubnet('0.0.0.0', 8, 'ipv4');
NEVER.addSubnet('169.254.0.0', 16, 'ipv4');
NEVER.addSubnet('224.0.0.0', 3, 'ipv4');
NEVER.addSubnet('ff00::', 8, 'ipv6');
NEVER.addSubnet('fe80::', 10, 'ipv6');
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Addresses of no device of its own: unspecified, link-local, multicast; loopback unless the seed is there. */
export function isUsable(address: string, seed: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (NEVER.check(address, family)) return false;
  const seedFamily = isIP(seed) === 6 ? 'ipv6' : 'ipv4';
  return !LOOPBACK.check(address, family) || LOOPBACK.check(seed, seedFamily);
}
