import { spawnSync } from 'node:child_process';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import type { SampleSink } from '../../src/telemetry/source.ts';
import type { Link, NetworkNode } from '../../topology/model.ts';
import { waitFor as waitUntil } from '../support/wait.ts';

/** True when the program is on the PATH. */
export function installed(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** `waitFor` of all tests, with the time first and the condition last. */
export function waitFor<T>(what: string, limitMs: number, look: () => T | null | Promise<T | null>) {
  return waitUntil(what, look, { timeoutMs: limitMs, everyMs: 50 });
}

export class CollectingSink implements SampleSink {
  readonly samples: InterfaceSample[] = [];

  push(samples: readonly InterfaceSample[]): Promise<void> {
    this.samples.push(...samples);
    return Promise.resolve();
  }
}

export function routerAt(id: string, address: string, snmpPort: number, credentials: string): NetworkNode {
  return { id, name: id, lat: null, lon: null, tier: null, mass: null, address, snmpPort, credentials };
}

export function linkBetween(
  id: string,
  a: string,
  z: string,
  aInterface: string | null,
  zInterface: string | null,
): Link {
  const both = <T>(value: T) => ({ az: value, za: value });
  return {
    id,
    a,
    z,
    aInterface,
    zInterface,
    capacityBps: both(100e6),
    latencyMs: both(1),
    metric: both(10),
    srlgs: [],
  };
}
