import { systemClock } from '../../../src/core/clock.ts';
import { DevicePoller } from '../../../src/telemetry/snmp/device-poller.ts';
import { SnmpEngine } from '../../../src/telemetry/snmp/session.ts';
import { deviceTargets } from '../../../src/telemetry/snmp/targets.ts';
import { community, ringOf } from './agents.ts';

/** A poller of two interfaces for each port, through the sockets that the service uses. */
export function pollersOf(ports: readonly number[], deadlineMs: number): DevicePoller[] {
  const engine = new SnmpEngine(systemClock);
  return deviceTargets(ringOf(ports)).map((target) => {
    const client = engine.client({ address: target.address, port: target.port, community });
    return new DevicePoller(target, client, { clock: systemClock, deadlineMs, cacheHoldMs: 0 });
  });
}

export interface Load {
  readonly polls: number;
  /** Polls in vain; they are not among `polls`. */
  readonly failed: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
}

/** Polls all devices round and round, each once at a time, `lanes` at a time, for so long. */
export async function hammer(pollers: readonly DevicePoller[], lanes: number, forMs: number): Promise<Load> {
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  let polls = 0;
  let failed = 0;
  const lane = async (first: number): Promise<void> => {
    for (let at = first; performance.now() - startMs < forMs; at += lanes) {
      // On a machine that stands still for seconds a device may fall silent: that is a figure, not the end of the run.
      const samples = await (pollers[at % pollers.length] as DevicePoller).poll().then(
        (result) => result.samples.length,
        () => 0,
      );
      if (samples === 2) polls += 1;
      else failed += 1;
    }
  };
  // Lanes that divide the number of devices never meet on one of them.
  await Promise.all(Array.from({ length: lanes }, (_, first) => lane(first)));
  const { user, system } = process.cpuUsage(cpu);
  return { polls, failed, elapsedMs: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}
