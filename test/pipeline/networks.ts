import type { Network, NetworkNode } from '../../topology/model.ts';
import { testLink } from '../health/samples.ts';

function node(id: string): NetworkNode {
  return {
    id,
    name: id,
    lat: null,
    lon: null,
    tier: null,
    mass: null,
    address: null,
    snmpPort: 161,
    credentials: null,
  };
}

/** Two routers, A and Z, joined by parallel links L0, L1, ... */
export function testNetwork(linkCount: number): Network {
  return {
    name: 'test',
    nodes: [node('A'), node('Z')],
    links: Array.from({ length: linkCount }, (_, index) => testLink(`L${index}`)),
    srlgs: [],
  };
}
