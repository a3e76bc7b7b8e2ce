import type { Network } from '../../../topology/model.ts';
import type { Clock } from '../../core/clock.ts';
import type { End } from '../../core/ids.ts';
import type { InterfaceSample } from '../sample.ts';
import type { SampleSink } from '../source.ts';
import type { SnmpClient } from './client.ts';
import type { Secret } from './credentials.ts';
import type { EngineCounts } from './engine/counts.ts';
import type { SnmpTarget } from './session.ts';
import type { SlowDevice } from './slow-devices.ts';

/** Called on changes only, not on every poll. */
export interface SnmpSourceEvents {
  /** The device does not answer, or not usably; its links go stale. */
  onDeviceSilent?(deviceId: string, reason: string): void;
  /** The device answers again (or for the first time, when it was silent before). */
  onDeviceBack?(deviceId: string, reason: string): void;
  /** The device answers, but something is wrong with it; an empty list when all is well again. */
  onDeviceProblems?(deviceId: string, problems: readonly string[]): void;
  /** A poll of this device has ended, well or not, after this time. */
  onPollEnd?(deviceId: string, elapsedMs: number): void;
  /** Samples could not be handed over; they are lost. */
  onSinkError?(error: unknown): void;
}

/** Which devices are this poller's among several, and the clock by which all of them divide time. */
export interface PollShare {
  /** Whether a poll that is due then is this poller's to make. */
  isMine(deviceId: string, dueMs: number): boolean;
  /** ms since the epoch, the same in all pollers. */
  nowMs(): number;
}

/** The status of a link's end, read beside the schedule. */
export interface InterfaceStatus {
  readonly linkId: string;
  readonly end: End;
  readonly ifIndex: string | null;
  readonly operStatus: InterfaceSample['operStatus'];
  /** True when this differs from what was known, and was handed on. */
  readonly isNews: boolean;
}

/** What a device told of itself, or of a port, at one moment, as the history takes it. */
export interface DeviceReadings {
  readonly kind: 'device' | 'interface';
  readonly id: string;
  readonly atMs: number;
  readonly values: Record<string, number>;
}

export interface SnmpSourceOptions {
  readonly network: Network;
  readonly sink: SampleSink;
  readonly pollIntervalMs: number;
  /** Reads the community, or the JSON of a v3 user, that `env:NAME` or `file:PATH` points to; asked again while it fails. */
  readonly resolveCredentials: (reference: string) => Promise<Secret>;
  /** Takes what devices tell of themselves and of transceivers: CPU, memory, temperature, light. Left out: nothing of that is read. */
  readonly writeReadings?: (records: readonly DeviceReadings[]) => Promise<void>;
  readonly events?: SnmpSourceEvents;
  readonly clock?: Clock;
  readonly createClient?: (target: SnmpTarget, clock: Clock) => SnmpClient;
  /** How long counters that stand still may come from an agent's cache; 5 s. */
  readonly cacheHoldMs?: number;
  /** Most polls under way at a time; 512. */
  readonly maxInFlight?: number;
  /** Left out where this poller has all devices to itself. */
  readonly share?: PollShare;
}

/** What the source did since its start. */
export interface SnmpSourceStats {
  readonly devices: number;
  /** Devices that are this poller's to poll now. */
  readonly held: number;
  /** Devices of them that do not answer. */
  readonly silent: number;
  /** Devices of them that are slow or silent. */
  readonly slowCount: number;
  readonly polls: number;
  readonly failures: number;
  /** Polls left out because the one before had not ended. */
  readonly skipped: number;
  /** Polls left out because the device has been dead for a while. */
  readonly suspended: number;
  /** Readings beside the schedule, set off by traps. */
  readonly statusPolls: number;
  readonly samples: number;
  /** Polls under way, and polls that wait for their turn. */
  readonly polling: number;
  readonly waiting: number;
  /** How late polls began at most, by our own fault, over the last ten seconds, ms. */
  readonly lagMs: number;
  /** Devices that take long or stay silent, worst first; at most 50. */
  readonly slow: readonly SlowDevice[];
  /** Requests, retries, timeouts and packets that were not used. */
  readonly engine: EngineCounts;
}

/** What is known of one device beside its samples. */
export interface PolledDevice {
  readonly deviceId: string;
  readonly silent: boolean;
  /** Round trip of the last poll between Detour and the agent, ms; null before the first answer. */
  readonly managementRttMs: number | null;
  /** How long its polls take, smoothed, ms; null before the first. */
  readonly pollMs: number | null;
  readonly problems: readonly string[];
}
