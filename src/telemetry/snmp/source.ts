import type { Network } from '../../../topology/model.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { DetourError, messageOf } from '../../core/errors.ts';
import { fnv1a } from '../../core/rng.ts';
import type { SampleSink, TelemetrySource } from '../source.ts';
import { agentCredentials } from './agent-credentials.ts';
import type { SnmpClient } from './client.ts';
import type { Secret } from './credentials.ts';
import { DevicePoller } from './device-poller.ts';
import { Breaker } from './engine/breaker.ts';
import type { EngineCounts } from './engine/counts.ts';
import { Gate } from './engine/gate.ts';
import { Lag } from './engine/lag.ts';
import { SnmpEngine, type SnmpTarget } from './session.ts';
import { Pace, type SlowDevice, slowest } from './slow-devices.ts';
import { type DeviceTarget, deviceTargets } from './targets.ts';

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

export interface SnmpSourceOptions {
  readonly network: Network;
  readonly sink: SampleSink;
  readonly pollIntervalMs: number;
  /** Reads the community, or the JSON of a v3 user, that `env:NAME` or `file:PATH` points to; asked again while it fails. */
  readonly resolveCredentials: (reference: string) => Promise<Secret>;
  readonly events?: SnmpSourceEvents;
  readonly clock?: Clock;
  readonly createClient?: (target: SnmpTarget, clock: Clock) => SnmpClient;
  /** How long counters that stand still may come from an agent's cache; 5 s. */
  readonly cacheHoldMs?: number;
  /** Most polls under way at a time; 512. */
  readonly maxInFlight?: number;
}

/** What the source did since its start. */
export interface SnmpSourceStats {
  readonly devices: number;
  readonly polls: number;
  readonly failures: number;
  /** Polls left out because the one before had not ended. */
  readonly skipped: number;
  /** Polls left out because the device has been dead for a while. */
  readonly suspended: number;
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

interface Polled {
  readonly target: DeviceTarget;
  /** Time after the beginning of an interval, ms: spreads the devices over it. */
  readonly phaseMs: number;
  poller: DevicePoller | null;
  running: Promise<void> | null;
  timer: NodeJS.Timeout | null;
  silent: boolean;
  problems: string;
  readonly breaker: Breaker;
  readonly pace: Pace;
}

const LONGEST_DEADLINE_MS = 5_000;
const DEFAULT_CACHE_HOLD_MS = 5_000;
const DEFAULT_MAX_IN_FLIGHT = 512;

/**
 * Polls the devices of a network over SNMP v2c and v3. Every device has a timer and a deadline of its own, so a slow
 * one holds up nobody; a poll that falls due while the one before still runs is left out, never queued. Polls under
 * way are limited, and devices that are silent get a small share of that limit and are asked ever less often.
 */
export class SnmpSource implements TelemetrySource {
  readonly name = 'snmp';
  readonly #options: SnmpSourceOptions;
  readonly #clock: Clock;
  readonly #devices: readonly Polled[];
  readonly #stats = { polls: 0, failures: 0, skipped: 0, suspended: 0, samples: 0 };
  readonly #engine: SnmpEngine;
  readonly #gate: Gate;
  readonly #lag = new Lag();
  #running = false;

  constructor(options: SnmpSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#engine = new SnmpEngine(this.#clock);
    this.#gate = new Gate(options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT);
    this.#devices = deviceTargets(options.network).map((target) => ({
      target,
      phaseMs: fnv1a(target.deviceId) % Math.max(1, Math.floor(options.pollIntervalMs)),
      poller: null,
      running: null,
      timer: null,
      silent: false,
      problems: '',
      breaker: new Breaker(options.pollIntervalMs),
      pace: new Pace(),
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
    this.#gate.clear();
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
    return {
      devices: this.#devices.length,
      ...this.#stats,
      polling: this.#gate.running,
      waiting: this.#gate.waiting,
      lagMs: this.#lag.worstMs(performance.now()),
      slow: slowest(
        this.#devices.map(({ target, pace, silent }) => ({ deviceId: target.deviceId, pace, silent })),
        this.#deadlineMs(),
      ),
      engine: this.#engine.counts(),
    };
  }

  /** Arms the timer for `dueMs`; the next due time lies on the device's grid, so that delays do not add up. */
  #schedule(device: Polled, dueMs: number): void {
    const nowMs = this.#clock.nowMs();
    device.timer = setTimeout(
      () => {
        const { pollIntervalMs } = this.#options;
        const lateMs = Math.max(0, this.#clock.nowMs() - dueMs);
        this.#lag.observe(Math.min(lateMs, pollIntervalMs), performance.now());
        this.#fire(device);
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
    if (!device.breaker.isDue(this.#clock.nowMs())) {
      this.#stats.suspended += 1;
      return;
    }
    const turn = this.#gate.run(device.silent, () => this.#poll(device));
    device.running = turn.finally(() => {
      device.running = null;
    });
  }

  /** One poll of one device; never rejects. */
  async #poll(device: Polled): Promise<void> {
    this.#stats.polls += 1;
    const startMs = performance.now();
    try {
      device.poller ??= await this.#open(device.target);
      const { samples, problems } = await device.poller.poll();
      this.#ended(device, performance.now() - startMs);
      this.#heard(device, problems);
      if (samples.length === 0) return;
      this.#stats.samples += samples.length;
      await this.#options.sink.push(samples).catch((error: unknown) => this.#options.events?.onSinkError?.(error));
    } catch (error) {
      this.#stats.failures += 1;
      this.#ended(device, performance.now() - startMs);
      this.#unheard(device, error);
    }
  }

  #ended(device: Polled, elapsedMs: number): void {
    device.pace.observe(elapsedMs);
    this.#options.events?.onPollEnd?.(device.target.deviceId, elapsedMs);
  }

  async #open(target: DeviceTarget): Promise<DevicePoller> {
    const { resolveCredentials, createClient } = this.#options;
    if (target.credentials === null) {
      throw new DetourError('SNMP_CREDENTIALS', `node ${target.deviceId} has an address but no credentials`, {
        field: 'credentials',
        hint: 'add "credentials": "env:NAME" or "file:PATH" to the node',
      });
    }
    const credentials = agentCredentials(await resolveCredentials(target.credentials));
    const agent: SnmpTarget = { address: target.address, port: target.port, ...credentials };
    const client = createClient ? createClient(agent, this.#clock) : this.#engine.client(agent);
    return new DevicePoller(target, client, {
      clock: this.#clock,
      deadlineMs: this.#deadlineMs(),
      cacheHoldMs: this.#options.cacheHoldMs ?? DEFAULT_CACHE_HOLD_MS,
    });
  }

  #deadlineMs(): number {
    return Math.min(LONGEST_DEADLINE_MS, 0.8 * this.#options.pollIntervalMs);
  }

  #heard(device: Polled, problems: readonly string[]): void {
    device.breaker.success();
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

  #unheard(device: Polled, error: unknown): void {
    device.breaker.failure(this.#clock.nowMs());
    if (device.silent) return;
    device.silent = true;
    this.#options.events?.onDeviceSilent?.(device.target.deviceId, reasonOf(error));
  }
}

/** A wall clock that was set must neither stop the polls nor bunch them. */
function clampDelay(delayMs: number, intervalMs: number): number {
  return Math.min(Math.max(0, delayMs), intervalMs);
}

function reasonOf(error: unknown): string {
  return error instanceof DetourError ? error.line : messageOf(error);
}
