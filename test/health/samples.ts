import type { End } from '../../src/core/ids.ts';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import type { Link } from '../../topology/model.ts';

export const START_MS = 1_700_000_000_000;

export const LINK: Link = testLink('L1');

export function testLink(id: string, capacityBps = 1e10): Link {
  const both = (value: number) => ({ az: value, za: value });
  return {
    id,
    a: 'A',
    z: 'Z',
    aInterface: null,
    zInterface: null,
    capacityBps: both(capacityBps),
    latencyMs: both(0),
    metric: both(10),
    srlgs: [],
  };
}

/** A calm second at one end, `second` seconds after the start; everything can be said otherwise. */
export function sampleAt(second: number, end: End, changes: Partial<InterfaceSample> = {}): InterfaceSample {
  const atMs = START_MS + second * 1000;
  return {
    linkId: LINK.id,
    end,
    deviceId: end === 'a' ? 'A' : 'Z',
    atMs,
    receivedAtMs: changes.atMs ?? atMs,
    intervalMs: 1000,
    adminStatus: 'up',
    operStatus: 'up',
    inOctets: 100_000_000,
    outOctets: 100_000_000,
    inPackets: 100_000,
    outPackets: 100_000,
    inErrors: 0,
    outErrors: 0,
    inDiscards: 0,
    outDiscards: 0,
    inUnknownProtos: 0,
    latencyMs: null,
    ...changes,
  };
}
