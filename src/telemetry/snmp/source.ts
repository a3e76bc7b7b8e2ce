import { type Clock, systemClock } from '../../core/clock.ts';
import { DetourError, messageOf } from '../../core/errors.ts';
import { pause } from '../../core/pause.ts';
import type { InterfaceSample } from '../sample.ts';
import type { TelemetrySource } from '../source.ts';
import type { HealthReading } from './device-health.ts';
import type { DevicePoller, PollResult } from './device-poller.ts';
import { Gate } from './engine/gate.ts';
import { Lag } from './engine/lag.ts';
import { Paced } from './engine/paced.ts';
import { openPoller } from './open-poller.ts';
import { laneOf, letGo, nextDueMs, type Polled, polledFrom, summaryOf } from './polled-device.ts';
import { SnmpEngine } from './session.ts';
import { MAX_LISTED, slowest } from './slow-devices.ts';
import type {
  DeviceReadings,
  InterfaceStatus,
  PolledDevice,
  SnmpSourceOptions,
  SnmpSourceStats,
} from './source-types.ts';
import { type DeviceTarget, deviceTargets } from './targets.ts';

const LONGEST_DEADLINE_MS = 5_000;
const LEAST_FOR_FACTS_MS = 50;
/** Between two devices whose probes and aggregates are read: after a start, thousands are due at once. */
const FACTS_GAP_MS = 4;
const DEFAULT_MAX_IN_FLIGHT = 512;
const TICK_GAP_MS = 20;

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
  readonly #stats = { polls: 0, failures: 0, skipped: 0, suspended: 0, statusPolls: 0, samples: 0 };
  readonly #engine: SnmpEngine;
  readonly #gate: Gate;
  readonly #lag = new Lag();
  readonly #factsPace = new Paced(FACTS_GAP_MS);
  readonly #healthPace = new Paced(FACTS_GAP_MS);
  readonly #byId: ReadonlyMap<string, Polled>;
  readonly #stopping = new AbortController();
  #running = false;

  constructor(options: SnmpSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#engine = new SnmpEngine(this.#clock);
    this.#gate = new Gate(options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT);
    this.#devices = deviceTargets(options.network).map((target) => polledFrom(target, options.pollIntervalMs));
    this.#byId = new Map(this.#devices.map((device) => [device.target.deviceId, device]));
  }

  /** Resolves at once; every device is polled for the first time within one interval. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (const device of this.#devices)
      this.#schedule(device, nextDueMs(device, this.#gridMs(), this.#options.pollIntervalMs));
  }

  /** Begins no more polls, waits for those under way (at most a deadline), closes the sockets. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stopping.abort();
    this.#gate.clear();
    for (const device of this.#devices) {
      if (device.timer) clearTimeout(device.timer);
      device.timer = null;
    }
    await Promise.all(this.#devices.map(({ running }) => running));
    await Promise.all(this.#devices.map(({ reading }) => reading?.catch(() => undefined)));
    for (const device of this.#devices) {
      device.poller?.close();
      device.poller = null;
    }
  }

  stats(): SnmpSourceStats {
    const mine = this.#devices.filter((device) => this.#isMine(device));
    const candidates = mine.map(({ target, pace, silent }) => ({ deviceId: target.deviceId, pace, silent }));
    const slow = slowest(candidates, this.#deadlineMs());
    return {
      devices: this.#devices.length,
      held: mine.length,
      silent: mine.filter(({ silent }) => silent).length,
      ...this.#stats,
      polling: this.#gate.running,
      waiting: this.#gate.waiting,
      lagMs: this.#lag.worstMs(performance.now()),
      slow: slow.slice(0, MAX_LISTED),
      slowCount: slow.length,
      engine: this.#engine.counts(),
    };
  }

  /** Every device by its present state. */
  devices(): PolledDevice[] {
    return this.#devices.map(summaryOf);
  }

  #gridMs(): number {
    return this.#options.share?.nowMs() ?? this.#clock.nowMs();
  }

  #isMine({ target }: Polled, dueMs = this.#gridMs()): boolean {
    return this.#options.share?.isMine(target.deviceId, dueMs) ?? true;
  }

  /** Arms the timer for `dueMs`; the next due time lies on the device's grid, so that delays do not add up. */
  #schedule(device: Polled, dueMs: number): void {
    const nowMs = this.#gridMs();
    device.timer = setTimeout(
      () => {
        const { pollIntervalMs } = this.#options;
        const lateMs = Math.max(0, this.#gridMs() - dueMs);
        this.#lag.observe(Math.min(lateMs, pollIntervalMs), performance.now());
        this.#fire(device, dueMs);
        this.#schedule(device, dueMs + pollIntervalMs * (1 + Math.floor(lateMs / pollIntervalMs)));
      },
      clampDelay(dueMs - nowMs, this.#options.pollIntervalMs),
    );
  }

  #fire(device: Polled, dueMs: number): void {
    if (!this.#isMine(device, dueMs)) {
      letGo(device);
      return;
    }
    if (device.running) {
      this.#stats.skipped += 1;
      return;
    }
    if (!device.breaker.isDue(this.#clock.nowMs())) {
      this.#stats.suspended += 1;
      return;
    }
    const turn = this.#gate.run(laneOf(device), async () => {
      // While it waited for its turn another poller may have taken it over.
      if (this.#isMine(device, dueMs)) await this.#poll(device);
    });
    device.running = turn.finally(() => {
      device.running = null;
    });
  }

  /**
   * Reads the status of a device's ends beside the schedule and hands on what is news; amounts wait for the schedule.
   * Null when there is no such device, or it does not answer.
   */
  async pollNow(deviceId: string): Promise<readonly InterfaceStatus[] | null> {
    const device = this.#byId.get(deviceId);
    if (!device) return null;
    while (device.reading) await device.reading.catch(() => undefined);
    // Device time has ticks of 10 ms, and a reading within the same tick as the one before would count as a repeat.
    await pause(TICK_GAP_MS - (performance.now() - device.readAtMs), this.#stopping.signal);
    if (!this.#running) return null;
    let statuses: readonly InterfaceStatus[] | null = null;
    await this.#gate.run(laneOf(device), async () => {
      statuses = await this.#readStatus(device);
    });
    if (!this.#isMine(device)) letGo(device);
    return statuses;
  }

  async #readStatus(device: Polled): Promise<readonly InterfaceStatus[] | null> {
    this.#stats.statusPolls += 1;
    try {
      const { samples } = await this.#read(device, 'status');
      const { poller } = device;
      const news = samples.filter((sample) => device.statuses.isNews(sample));
      device.statuses.remember(news);
      if (news.length > 0) await this.#push(news);
      return samples.map((sample) => ({
        linkId: sample.linkId,
        end: sample.end,
        ifIndex: poller?.ifIndexOf(sample.linkId, sample.end) ?? null,
        operStatus: sample.operStatus,
        isNews: news.includes(sample),
      }));
    } catch {
      // The schedule finds out, and tells, whether the device is silent.
      return null;
    }
  }

  /** One reading of a device at a time. */
  async #read(device: Polled, scope: 'all' | 'status'): Promise<PollResult> {
    while (device.reading) await device.reading.catch(() => undefined);
    const reading = this.#opened(device).then((poller) => poller.poll(scope));
    device.reading = reading;
    try {
      return await reading;
    } finally {
      device.reading = null;
      device.readAtMs = performance.now();
    }
  }

  async #opened(device: Polled): Promise<DevicePoller> {
    const [clock, engine, deadlineMs] = [this.#clock, this.#engine, this.#deadlineMs()];
    device.poller ??= await openPoller(device.target, { ...this.#options, clock, engine, deadlineMs });
    return device.poller;
  }

  async #push(samples: readonly InterfaceSample[]): Promise<void> {
    this.#stats.samples += samples.length;
    await this.#options.sink.push(samples).catch((error: unknown) => this.#options.events?.onSinkError?.(error));
  }

  /** One poll of one device; never rejects. */
  async #poll(device: Polled): Promise<void> {
    this.#stats.polls += 1;
    const startMs = performance.now();
    try {
      const { samples, problems } = await this.#read(device, 'all');
      this.#ended(device, performance.now() - startMs);
      this.#heard(device, problems);
      if (samples.length === 0) return;
      device.statuses.remember(samples);
      await this.#push(samples);
      if (device.poller) await this.#refreshFacts(device.poller, performance.now() - startMs);
      if (device.poller) await this.#readHealth(device.poller, device.target, performance.now() - startMs);
    } catch (error) {
      this.#stats.failures += 1;
      this.#ended(device, performance.now() - startMs);
      this.#unheard(device, error);
    }
  }

  /** In what is left of the interval, so that the next poll need not be left out. */
  #leftMs(elapsedMs: number): number {
    return 0.95 * this.#options.pollIntervalMs - elapsedMs;
  }

  async #refreshFacts(poller: DevicePoller, elapsedMs: number): Promise<void> {
    const leftMs = this.#leftMs(elapsedMs);
    if (!this.#running || leftMs < LEAST_FOR_FACTS_MS || !poller.areFactsDue) return;
    if (this.#factsPace.take(performance.now())) await poller.refreshFacts(Math.min(LONGEST_DEADLINE_MS, leftMs));
  }

  async #readHealth(poller: DevicePoller, target: DeviceTarget, elapsedMs: number): Promise<void> {
    const { writeReadings, events } = this.#options;
    const leftMs = this.#leftMs(elapsedMs);
    if (!this.#running || !writeReadings || leftMs < LEAST_FOR_FACTS_MS || !poller.isHealthDue) return;
    if (!this.#healthPace.take(performance.now())) return;
    const reading = await poller.readHealth(Math.min(LONGEST_DEADLINE_MS, leftMs));
    const records = recordsOf(reading, target, this.#clock.nowMs());
    if (records.length > 0) await writeReadings(records).catch((error: unknown) => events?.onSinkError?.(error));
  }

  #ended(device: Polled, elapsedMs: number): void {
    device.pace.observe(elapsedMs);
    this.#options.events?.onPollEnd?.(device.target.deviceId, elapsedMs);
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
    const isSame = problems.join('; ') === device.problems.join('; ');
    device.problems = problems;
    if (isSame) return;
    this.#options.events?.onDeviceProblems?.(deviceId, problems);
  }

  #unheard(device: Polled, error: unknown): void {
    device.breaker.failure(this.#clock.nowMs());
    if (device.silent) return;
    device.silent = true;
    this.#options.events?.onDeviceSilent?.(device.target.deviceId, reasonOf(error));
  }
}

/** What is not told is left out; of a device that tells nothing there is no record. */
function recordsOf({ device, ports }: HealthReading, target: DeviceTarget, atMs: number): DeviceReadings[] {
  const ofPorts = target.interfaces.flatMap(({ linkId, end, name }): DeviceReadings[] => {
    const values = ports.get(name);
    return values === undefined ? [] : [{ kind: 'interface', id: `${linkId}:${end}`, atMs, values: { ...values } }];
  });
  if (Object.keys(device).length === 0) return ofPorts;
  return [{ kind: 'device', id: target.deviceId, atMs, values: { ...device } }, ...ofPorts];
}

/** A wall clock that was set must neither stop the polls nor bunch them. */
function clampDelay(delayMs: number, intervalMs: number): number {
  return Math.min(Math.max(0, delayMs), intervalMs);
}

function reasonOf(error: unknown): string {
  return error instanceof DetourError ? error.line : messageOf(error);
}
