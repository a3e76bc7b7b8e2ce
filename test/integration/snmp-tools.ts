import { spawnSync } from 'node:child_process';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import type { SampleSink } from '../../src/telemetry/source.ts';
import type { Link, NetworkNode } from '../../topology/model.ts';

/** True when the program is on the PATH. */
export function installed(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Polls a condition until it yields something; throws with `what` when it does not in time. */
export async function waitFor<T>(what: string, limitMs: number, look: () => T | null | Promise<T | null>): Promise<T> {
  const endsAtMs = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > endsAtMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
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
