import type { Rng } from '../../src/core/rng.ts';
import type { Router } from './routers.ts';

/** Names of the n-th port (from 0) at a speed, as the makers of routers write them. */
const STYLES: readonly ((port: number, gbps: number) => string)[] = [
  (port, gbps) => `${gbps > 10 ? 'et' : 'xe'}-0/${Math.floor(port / 8)}/${port % 8}`,
  (port, gbps) => `${gbps > 100 ? 'FourHundredGigE' : gbps > 10 ? 'HundredGigE' : 'TenGigE'}0/0/0/${port}`,
  (port) => `Ethernet${port + 1}/1`,
  (port) => `1/1/c${port + 1}/1`,
];

/** A function that gives the next free interface of a router; all ports of a router are written in one style. */
export function createInterfaceNames(rng: Rng): (router: Router, capacityBps: number) => string {
  const state = new Map<string, { style: (port: number, gbps: number) => string; ports: number }>();
  return (router, capacityBps) => {
    const known = state.get(router.id) ?? { style: rng.pick(STYLES), ports: 0 };
    state.set(router.id, known);
    const name = known.style(known.ports, capacityBps / 1e9);
    known.ports += 1;
    return name;
  };
}
