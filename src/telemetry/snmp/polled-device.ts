import { fnv1a } from '../../core/rng.ts';
import type { DevicePoller } from './device-poller.ts';
import { Breaker } from './engine/breaker.ts';
import type { Lane } from './engine/gate.ts';
import { KnownStatuses } from './known-statuses.ts';
import { Pace } from './slow-devices.ts';
import type { PolledDevice } from './source-types.ts';
import type { DeviceTarget } from './targets.ts';

/** A device of the source with all that is remembered of it between its polls. */
export interface Polled {
  readonly target: DeviceTarget;
  /** Time after the beginning of an interval, ms: spreads the devices over it. */
  readonly phaseMs: number;
  poller: DevicePoller | null;
  running: Promise<void> | null;
  /** The reading itself, without what follows it in the same turn; null when none is under way. */
  reading: Promise<unknown> | null;
  readAtMs: number;
  readonly statuses: KnownStatuses;
  timer: NodeJS.Timeout | null;
  silent: boolean;
  problems: readonly string[];
  readonly breaker: Breaker;
  readonly pace: Pace;
}

export function polledFrom(target: DeviceTarget, pollIntervalMs: number): Polled {
  return {
    target,
    phaseMs: fnv1a(target.deviceId) % Math.max(1, Math.floor(pollIntervalMs)),
    poller: null,
    running: null,
    reading: null,
    readAtMs: Number.NEGATIVE_INFINITY,
    statuses: new KnownStatuses(),
    timer: null,
    silent: false,
    problems: [],
    breaker: new Breaker(pollIntervalMs),
    pace: new Pace(),
  };
}

/** Another poller has it now: what is remembered of its counters would be old when it comes back. */
export function letGo(device: Polled): void {
  if (device.running || device.reading) return;
  device.poller?.close();
  device.poller = null;
  device.silent = false;
  device.statuses.forget();
}

/** The first point of the device's grid after now; both on the clock that all pollers share. */
export function nextDueMs({ phaseMs }: Polled, nowMs: number, pollIntervalMs: number): number {
  return nowMs + pollIntervalMs - ((((nowMs - phaseMs) % pollIntervalMs) + pollIntervalMs) % pollIntervalMs);
}

export function laneOf({ silent, poller }: Polled): Lane {
  if (silent) return 'suspect';
  return poller === null || poller.managementRttMs === null ? 'new' : 'usual';
}

/** What others may know of it. */
export function summaryOf({ target, silent, poller, pace, problems }: Polled): PolledDevice {
  return {
    deviceId: target.deviceId,
    silent,
    managementRttMs: poller?.managementRttMs ?? null,
    pollMs: pace.pollMs,
    problems,
  };
}
