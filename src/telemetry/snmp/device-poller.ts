import type { Clock } from '../../core/clock.ts';
import { DetourError } from '../../core/errors.ts';
import type { End } from '../../core/ids.ts';
import type { InterfaceSample } from '../sample.ts';
import type { SnmpClient } from './client.ts';
import { DeviceClock } from './device-clock.ts';
import { DeviceHealth, type HealthReading } from './device-health.ts';
import { type InterfaceMap, mapInterfaces } from './interface-map.ts';
import { hasGaps, probeOids, readInterface } from './interface-plan.ts';
import { interfaceSample } from './interface-sample.ts';
import { unknownAmounts } from './interface-tracker.ts';
import { LinkFacts } from './link-facts.ts';
import { locate } from './locate-interface.ts';
import { type CellsAnswer, readCells } from './read-cells.ts';
import type { DeviceTarget } from './targets.ts';
import {
  groupsOf,
  isPlanned,
  type Planned,
  placesOf,
  problemsOf,
  settleAt,
  type Watched,
  watch,
} from './watched-interface.ts';

export interface DevicePollerOptions {
  readonly clock: Clock;
  /** Time for one poll of the device, all its requests together. */
  readonly deadlineMs: number;
  /** How long counters that stand still may come from a cache of the agent. */
  readonly cacheHoldMs: number;
}

export interface PollResult {
  readonly samples: readonly InterfaceSample[];
  /** What is wrong with the device though it answers, one sentence each. */
  readonly problems: readonly string[];
}

/** Varbinds of one request: two or three interfaces, and an answer that fits into one Ethernet frame. */
const VARBINDS_AT_ONCE = 56;
/** Interfaces whose columns are looked for in one request. */
const PROBES_AT_ONCE = 2;
const MAX_ROWS = 10_000;
/** An interface that was not found is looked for again after this time. */
const SEARCH_AGAIN_MS = 60_000;

const STATUS_ONLY = unknownAmounts('this reading beside the schedule is about status only');
const CACHED = unknownAmounts('no counter moved: the answer may come from a cache of the agent');

/** Polls one device; one request is in flight at any time. Not to be called again before a poll has ended. */
export class DevicePoller {
  readonly #target: DeviceTarget;
  readonly #client: SnmpClient;
  readonly #options: DevicePollerOptions;
  readonly #watched: readonly Watched[];
  readonly #deviceClock = new DeviceClock();
  #map: { readonly names: InterfaceMap; readonly atMs: number } | null = null;
  readonly #facts: LinkFacts;
  readonly #health: DeviceHealth;
  #varbindsAtOnce = VARBINDS_AT_ONCE;
  #endsAtMs = 0;
  #polls = 0;
  #isStatusOnly = false;
  #managementRttMs: number | null = null;

  constructor(target: DeviceTarget, client: SnmpClient, options: DevicePollerOptions) {
    this.#target = target;
    this.#client = client;
    this.#options = options;
    this.#facts = new LinkFacts(client, options.clock, target.interfaces);
    this.#health = new DeviceHealth(
      client,
      options.clock,
      target.interfaces.map(({ name }) => name),
    );
    this.#watched = target.interfaces.map(watch);
  }

  /**
   * Reads all watched interfaces. A reading of `status` leaves the counters' baseline alone: over a moment they would
   * yield spikes, since agents refresh them in steps.
   * @throws DetourError SNMP_TIMEOUT or SNMP_BAD_ANSWER when the device yields nothing that can be used.
   */
  async poll(scope: 'all' | 'status' = 'all'): Promise<PollResult> {
    this.#isStatusOnly = scope === 'status';
    this.#endsAtMs = this.#options.clock.nowMs() + this.#options.deadlineMs;
    this.#polls += 1;
    if (this.#shouldSearch()) this.#unsettle();
    await this.#settle();
    const samples: InterfaceSample[] = [];
    const moved = await this.#readAll(this.#planned(), samples);
    if (moved.length > 0) await this.#readMoved(moved, samples);
    return { samples, problems: problemsOf(this.#watched) };
  }

  /**
   * Reads what is not needed in every poll, where it is due: the device's own probes, members of aggregates. After a
   * poll, in time of its own; never rejects.
   */
  async refreshFacts(deadlineMs: number): Promise<void> {
    if (this.#map !== null && this.areFactsDue)
      await this.#facts.refresh(placesOf(this.#map.names, this.#watched), deadlineMs);
  }

  /** False in the first poll: the first round of a network is busy enough with looking for interfaces. */
  get areFactsDue(): boolean {
    return this.#polls > 1 && this.#facts.isDue;
  }

  /** CPU, memory and temperature, and the transceivers' light, after a poll, in time of its own; never rejects. */
  readHealth(deadlineMs: number): Promise<HealthReading> {
    return this.#health.read(deadlineMs);
  }

  get isHealthDue(): boolean {
    return this.#polls > 1 && this.#health.isDue;
  }

  /** Round trip of the last poll between us and the agent, ms: of the way to its management, not of any link. */
  get managementRttMs(): number | null {
    return this.#managementRttMs;
  }

  /** Where the device has this end of a link now; null where it was not found. */
  ifIndexOf(linkId: string, end: End): string | null {
    const watched = this.#watched.find(({ polled }) => polled.linkId === linkId && polled.end === end);
    return watched?.plan?.ifIndex ?? null;
  }

  close(): void {
    this.#client.close();
  }

  #planned(): Planned[] {
    return this.#watched.filter(isPlanned);
  }

  #shouldSearch(): boolean {
    const missing = this.#watched.some(({ plan, settled }) => settled && plan === null);
    return missing && this.#map !== null && this.#options.clock.nowMs() - this.#map.atMs >= SEARCH_AGAIN_MS;
  }

  /** Interfaces may be numbered anew, or have other columns: they are looked for again before the next reading. */
  #unsettle(): void {
    this.#map = null;
    for (const watched of this.#watched) watched.settled = false;
  }

  /** Time left of this poll. */
  readonly #leftMs = (): number => {
    const leftMs = this.#endsAtMs - this.#options.clock.nowMs();
    if (leftMs > 0) return leftMs;
    throw new DetourError('SNMP_TIMEOUT', `${this.#target.deviceId} took more than ${this.#options.deadlineMs} ms`);
  };

  /** Finds every interface by name and the columns its agent has for it; goes on where the last poll ran out of time. */
  async #settle(): Promise<void> {
    const { clock, deadlineMs } = this.#options;
    if (this.#map === null) {
      const limits = { maxRows: MAX_ROWS, deadlineMs: this.#leftMs(), requestMs: deadlineMs / 3 };
      this.#map = { names: await mapInterfaces(this.#client, limits, clock), atMs: clock.nowMs() };
    }
    const open = this.#watched.filter(({ settled }) => !settled);
    for (let start = 0; start < open.length; start += PROBES_AT_ONCE) {
      await this.#probe(open.slice(start, start + PROBES_AT_ONCE), this.#map.names);
    }
  }

  /** Which columns the agent has for these interfaces. */
  async #probe(watched: readonly Watched[], map: InterfaceMap): Promise<void> {
    const located = watched.map((each) => locate(map, each.polled.name, each.known));
    const oids = located.flatMap((place) => (place ? probeOids(place.found.ifIndex) : []));
    const cells = oids.length === 0 ? new Map() : (await readCells(this.#client, oids, this.#leftMs)).cells;
    for (const [at, each] of watched.entries()) settleAt(each, located[at] ?? null, cells);
  }

  /** Another interface stands at the index of these: finds and reads them where they are now. */
  async #readMoved(moved: readonly Watched[], samples: InterfaceSample[]): Promise<void> {
    this.#unsettle();
    this.#facts.forget();
    try {
      await this.#settle();
      await this.#readAll(
        this.#planned().filter((watched) => moved.includes(watched)),
        samples,
      );
    } catch (error) {
      // The others were read; the next poll looks for these again.
      if (samples.length === 0) throw error;
    }
  }

  /** Reads interfaces group by group; returns those whose place was taken by another interface. */
  async #readAll(planned: readonly Planned[], samples: InterfaceSample[]): Promise<Watched[]> {
    const moved: Watched[] = [];
    for (const group of groupsOf(planned, this.#varbindsAtOnce)) {
      const oids = group.flatMap(({ plan }) => plan.oids);
      let answer: CellsAnswer;
      try {
        answer = await readCells(this.#client, oids, this.#leftMs);
      } catch (error) {
        // What the device said before it fell silent is still true.
        if (samples.length > 0) return moved;
        throw error;
      }
      if (answer.split) this.#varbindsAtOnce = Math.max(1, Math.floor(oids.length / 2));
      moved.push(...this.#take(group, answer, samples));
    }
    return moved;
  }

  #take(group: readonly Planned[], answer: CellsAnswer, samples: InterfaceSample[]): Watched[] {
    const { deviceId } = this.#target;
    const instant = this.#deviceClock.observe(answer.ticks, answer.sentAtMs, answer.receivedAtMs);
    this.#managementRttMs = answer.receivedAtMs - answer.sentAtMs;
    if (instant.restarted) this.#forgetAll();
    const readings = group.map((watched) => ({ watched, reading: readInterface(watched.plan, answer.cells) }));
    const there = readings.filter(({ watched, reading }) => reading.identity === watched.plan.identity);
    if (group.some(({ plan }) => hasGaps(plan, answer.cells))) this.#unsettle();
    // One counter that moved shows that the table is fresh, and then those that did not are truly idle.
    const cached = there.every(({ watched, reading }) =>
      watched.tracker.mayBeCached(reading, instant, this.#options.cacheHoldMs),
    );
    for (const { watched, reading } of there) {
      const { tracker, plan, polled } = watched;
      const speedBps = Math.max(plan.speedBps ?? 0, polled.capacityBps);
      const amounts = this.#isStatusOnly ? STATUS_ONLY : cached ? CACHED : tracker.measure(reading, instant, speedBps);
      const fact = this.#facts.of(polled);
      samples.push(interfaceSample({ deviceId, polled, reading, instant, amounts, fact }));
    }
    return readings.filter((entry) => !there.includes(entry)).map(({ watched }) => watched);
  }

  /** Counters and numbering may be new after a restart of the agent; the next poll looks again. */
  #forgetAll(): void {
    for (const { tracker } of this.#watched) tracker.forget();
    this.#facts.forget();
    this.#unsettle();
  }
}
