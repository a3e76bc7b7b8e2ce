import type { Network } from '../../../topology/model.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { DetourError, messageOf } from '../../core/errors.ts';
import { fnv1a } from '../../core/rng.ts';
import type { SampleSink, TelemetrySource } from '../source.ts';
import type { SnmpClient } from './client.ts';
import type { Secret } from './credentials.ts';
import { DevicePoller } from './device-poller.ts';
import { createSnmpClient, type SnmpTarget } from './session.ts';
import { type DeviceTarget, deviceTargets } from './targets.ts';

/** Called on changes only, not on every poll. */
export interface SnmpSourceEvents {
  /** The device does not answer, or not usably; its links go stale. */
  onDeviceSilent?(deviceId: string, reason: string): void;
  /** The device answers again (or for the first time, when it was silent before). */
  onDeviceBack?(deviceId: string, reason: string): void;
  /** The device answers, but something is wrong with it; an empty list when all is well again. */
  onDeviceProblems?(deviceId: string, problems: readonly string[]): void;
  /** Samples could not be handed over; they are lost. */
  onSinkError?(error: unknown): void;
}

export interface SnmpSourceOptions {
  readonly network: Network;
  readonly sink: SampleSink;
  readonly pollIntervalMs: number;
  /** Reads the community that `env:NAME` or `file:PATH` points to; asked again while it fails. */
  readonly resolveCredentials: (reference: string) => Promise<Secret>;
  readonly events?: SnmpSourceEvents;
  readonly clock?: Clock;
  readonly createClient?: (target: SnmpTarget, clock: Clock) => SnmpClient;
  /** How long counters that stand still may come from an agent's cache; 5 s. */
  readonly cacheHoldMs?: number;
}

/** What the source did since its start. */
export interface SnmpSourceStats {
  readonly devices: number;
  readonly polls: number;
  readonly failures: number;
  /** Polls left out because the one before had not ended. */
  readonly skipped: number;
  readonly samples: number;
}

interface Polled {
  readonly target: DeviceTarget;
  /** Time after the beginning of an interval, ms: spreads the devices over it. */
  readonly phaseMs: number;
  poller: DevicePoller | null;
  running: Promise<void> | null;
  timer: NodeJS.Timeout | null;
  silent: boolean;
  problems: string;
}

const LONGEST_DEADLINE_MS = 5_000;
const DEFAULT_CACHE_HOLD_MS = 5_000;

/**
 * Polls the devices of a network over SNMP v2c. Every device has a timer, a socket and a deadline of its own, so a
 * slow one holds up nobody; a poll that falls due while the one before still runs is left out, never queued.
 */
export class SnmpSource implements TelemetrySource {
  readonly name = 'snmp';
  readonly #options: SnmpSourceOptions;
  readonly #clock: Clock;
  readonly #devices: readonly Polled[];
  readonly #stats = { polls: 0, failures: 0, skipped: 0, samples: 0 };
  #running = false;

  constructor(options: SnmpSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#devices = deviceTargets(options.network).map((target) => ({
      target,
      phaseMs: fnv1a(target.deviceId) % Math.max(1, Math.floor(options.pollIntervalMs)),
      poller: null,
      running: null,
      timer: null,
      silent: false,
      problems: '',
    }));
  }

  /** Resolves at once; every device is polled for the first time within one interval. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const startMs = this.#clock.nowMs();
    for (const device of this.#devices) this.#schedule(device, startMs + device.phaseMs);
  }

  /** Begins no more polls, waits for those under way (at most a deadline), closes the sockets. */
  async stop(): Promise<void> {
    this.#running = false;
    for (const device of this.#devices) {
      if (device.timer) clearTimeout(device.timer);
      device.timer = null;
    }
    await Promise.all(this.#devices.map(({ running }) => running));
    for (const device of this.#devices) {
      device.poller?.close();
      device.poller = null;
    }
  }

  stats(): SnmpSourceStats {
    return { devices: this.#devices.length, ...this.#stats };
  }

  /** Arms the timer for `dueMs`; the next due time lies on the device's grid, so that delays do not add up. */
  #schedule(device: Polled, dueMs: number): void {
    const nowMs = this.#clock.nowMs();
    device.timer = setTimeout(
      () => {
        this.#fire(device);
        const { pollIntervalMs } = this.#options;
        const lateMs = Math.max(0, this.#clock.nowMs() - dueMs);
        this.#schedule(device, dueMs + pollIntervalMs * (1 + Math.floor(lateMs / pollIntervalMs)));
      },
      clampDelay(dueMs - nowMs, this.#options.pollIntervalMs),
    );
  }

  #fire(device: Polled): void {
    if (device.running) {
      this.#stats.skipped += 1;
      return;
    }
    device.running = this.#poll(device).finally(() => {
      device.running = null;
    });
  }

  /** One poll of one device; never rejects. */
  async #poll(device: Polled): Promise<void> {
    this.#stats.polls += 1;
    try {
      device.poller ??= await this.#open(device.target);
      const { samples, problems } = await device.poller.poll();
      this.#heard(device, problems);
      if (samples.length === 0) return;
      this.#stats.samples += samples.length;
      await this.#options.sink.push(samples).catch((error: unknown) => this.#options.events?.onSinkError?.(error));
    } catch (error) {
      this.#stats.failures += 1;
      this.#unheard(device, reasonOf(error));
    }
  }

  async #open(target: DeviceTarget): Promise<DevicePoller> {
    const { resolveCredentials, pollIntervalMs, createClient = createSnmpClient } = this.#options;
    if (target.credentials === null) {
      throw new DetourError('SNMP_CREDENTIALS', `node ${target.deviceId} has an address but no credentials`, {
        field: 'credentials',
        hint: 'add "credentials": "env:NAME" or "file:PATH" to the node',
      });
    }
    const community = await resolveCredentials(target.credentials);
    const client = createClient({ address: target.address, port: target.port, community }, this.#clock);
    return new DevicePoller(target, client, {
      clock: this.#clock,
      deadlineMs: Math.min(LONGEST_DEADLINE_MS, 0.8 * pollIntervalMs),
      cacheHoldMs: this.#options.cacheHoldMs ?? DEFAULT_CACHE_HOLD_MS,
    });
  }

  #heard(device: Polled, problems: readonly string[]): void {
    const { deviceId, address, port } = device.target;
    if (device.silent) {
      device.silent = false;
      this.#options.events?.onDeviceBack?.(deviceId, `${address}:${port} answers`);
    }
    const text = problems.join('; ');
    if (text === device.problems) return;
    device.problems = text;
    this.#options.events?.onDeviceProblems?.(deviceId, problems);
  }

  #unheard(device: Polled, reason: string): void {
    if (device.silent) return;
    device.silent = true;
    this.#options.events?.onDeviceSilent?.(device.target.deviceId, reason);
  }
}

/** A wall clock that was set must neither stop the polls nor bunch them. */
function clampDelay(delayMs: number, intervalMs: number): number {
  return Math.min(Math.max(0, delayMs), intervalMs);
}

function reasonOf(error: unknown): string {
  return error instanceof DetourError ? error.line : messageOf(error);
}
