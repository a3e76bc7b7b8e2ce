import type { Network } from '../../../topology/model.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { DetourError, messageOf } from '../../core/errors.ts';
import type { End } from '../../core/ids.ts';
import { pause } from '../../core/pause.ts';
import { fnv1a } from '../../core/rng.ts';
import type { InterfaceSample } from '../sample.ts';
import type { SampleSink, TelemetrySource } from '../source.ts';
import { agentCredentials } from './agent-credentials.ts';
import type { SnmpClient } from './client.ts';
import type { Secret } from './credentials.ts';
import { DevicePoller, type PollResult } from './device-poller.ts';
import { Breaker } from './engine/breaker.ts';
import type { EngineCounts } from './engine/counts.ts';
import { Gate, type Lane } from './engine/gate.ts';
import { Lag } from './engine/lag.ts';
import { Paced } from './engine/paced.ts';
import { KnownStatuses } from './known-statuses.ts';
import { SnmpEngine, type SnmpTarget } from './session.ts';
import { MAX_LISTED, Pace, type SlowDevice, slowest } from './slow-devices.ts';
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

interface Polled {
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

const LONGEST_DEADLINE_MS = 5_000;
const LEAST_FOR_FACTS_MS = 50;
/** Between two devices whose probes and aggregates are read: after a start, thousands are due at once. */
const FACTS_GAP_MS = 4;
const DEFAULT_CACHE_HOLD_MS = 5_000;
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
  readonly #byId: ReadonlyMap<string, Polled>;
  readonly #stopping = new AbortController();
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
      reading: null,
      readAtMs: Number.NEGATIVE_INFINITY,
      statuses: new KnownStatuses(),
      timer: null,
      silent: false,
      problems: [],
      breaker: new Breaker(options.pollIntervalMs),
      pace: new Pace(),
    }));
    this.#byId = new Map(this.#devices.map((device) => [device.target.deviceId, device]));
  }

  /** Resolves at once; every device is polled for the first time within one interval. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (const device of this.#devices) this.#schedule(device, this.#nextDueMs(device));
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
    return this.#devices.map(({ target, silent, poller, pace, problems }) => ({
      deviceId: target.deviceId,
      silent,
      managementRttMs: poller?.managementRttMs ?? null,
      pollMs: pace.pollMs,
      problems,
    }));
  }

  /** The next point of the device's grid, which all pollers share: each of its intervals belongs to one of them. */
  #nextDueMs({ phaseMs }: Polled): number {
    const { pollIntervalMs } = this.#options;
    const nowMs = this.#gridMs();
    return nowMs + pollIntervalMs - ((((nowMs - phaseMs) % pollIntervalMs) + pollIntervalMs) % pollIntervalMs);
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
      this.#letGo(device);
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

  /** Another poller has it now: what is remembered of its counters would be old when it comes back. */
  #letGo(device: Polled): void {
    if (device.running || device.reading) return;
    device.poller?.close();
    device.poller = null;
    device.silent = false;
    device.statuses.forget();
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
    if (!this.#isMine(device)) this.#letGo(device);
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
    device.poller ??= await this.#open(device.target);
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
    } catch (error) {
      this.#stats.failures += 1;
      this.#ended(device, performance.now() - startMs);
      this.#unheard(device, error);
    }
  }

  /** In what is left of the interval, so that the next poll need not be left out. */
  async #refreshFacts(poller: DevicePoller, elapsedMs: number): Promise<void> {
    const leftMs = 0.95 * this.#options.pollIntervalMs - elapsedMs;
    if (!this.#running || leftMs < LEAST_FOR_FACTS_MS || !poller.areFactsDue) return;
    if (this.#factsPace.take(performance.now())) await poller.refreshFacts(Math.min(LONGEST_DEADLINE_MS, leftMs));
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

function laneOf({ silent, poller }: Polled): Lane {
  if (silent) return 'suspect';
  return poller === null || poller.managementRttMs === null ? 'new' : 'usual';
}

/** A wall clock that was set must neither stop the polls nor bunch them. */
function clampDelay(delayMs: number, intervalMs: number): number {
  return Math.min(Math.max(0, delayMs), intervalMs);
}

function reasonOf(error: unknown): string {
  return error instanceof DetourError ? error.line : messageOf(error);
}
