import type { InterfaceSample } from '../sample.ts';
import type { DeviceInstant } from './device-clock.ts';
import type { InterfaceReading } from './interface-plan.ts';
import type { Amounts } from './interface-tracker.ts';
import type { LinkFact } from './link-facts.ts';
import type { PolledInterface } from './targets.ts';

export interface SampleParts {
  readonly deviceId: string;
  readonly polled: PolledInterface;
  readonly reading: InterfaceReading;
  readonly instant: DeviceInstant;
  readonly amounts: Amounts;
  readonly fact: LinkFact;
}

/** What goes to the scorer about one interface; whatever is null has its reason in `unknown`. */
export function interfaceSample({ deviceId, polled, reading, instant, amounts, fact }: SampleParts): InterfaceSample {
  const { latency, capacityBps } = fact;
  const unknown = { ...amounts.unknown, ...missingStatus(reading) };
  return {
    linkId: polled.linkId,
    end: polled.end,
    deviceId,
    atMs: instant.atMs,
    receivedAtMs: instant.receivedAtMs,
    adminStatus: reading.adminStatus,
    operStatus: reading.operStatus,
    ...amounts,
    latencyMs: latency.latencyMs,
    ...(latency.latencyMs === null ? {} : { isLatencyEstimated: latency.isEstimated }),
    ...(capacityBps === undefined ? {} : { capacityBps }),
    unknown: latency.latencyMs === null ? { ...unknown, latencyMs: latency.reason } : unknown,
  };
}

/** Why a status is null: columns that every agent must have. */
function missingStatus({ adminStatus, operStatus }: InterfaceReading): Record<string, string> {
  return {
    ...(adminStatus === null ? { adminStatus: 'the device tells no valid ifAdminStatus' } : {}),
    ...(operStatus === null ? { operStatus: 'the device tells no valid ifOperStatus' } : {}),
  };
}
