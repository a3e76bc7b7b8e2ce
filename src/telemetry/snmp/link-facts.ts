import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { SnmpClient } from './client.ts';
import { ACTOR_STATE, AGGREGATE_COLUMNS, aggregateOf, membersByAggregate } from './device/aggregates.ts';
import { LATENCY_COLUMNS, readLatency } from './device/latency.ts';
import { type LinkLatency, linkLatency } from './device/link-latency.ts';
import { ADDRESS_COLUMNS, farAddressesOf, interfaceAddresses } from './device/routing.ts';
import { DeviceTables, type Tables } from './device/tables.ts';
import { INTERFACE, operStatusOf, speedBpsOf } from './mib.ts';
import { readCells } from './read-cells.ts';
import type { PolledInterface } from './targets.ts';
import { numberOf } from './varbind.ts';

/** Probes and aggregates that were found are read this often; others are looked for this often. */
const REFRESH_MS = 15_000;
const SEARCH_MS = 300_000;
/** Cells asked for at once. */
const CELLS_AT_ONCE = 48;
/** No frame has more members; more can only be a table that lies. */
const MAX_MEMBERS = 128;

/** Where interfaces are, by name. */
type Places = ReadonlyMap<string, { readonly ifIndex: string }>;

interface Found {
  /** False when the device fell silent before everything was looked for. */
  readonly isWhole: boolean;
  /** Columns of probe tables that this device has, and the far ends' addresses by link. */
  readonly probeColumns: readonly string[];
  readonly farAddresses: ReadonlyMap<PolledInterface, ReadonlySet<string>>;
  readonly members: ReadonlyMap<PolledInterface, readonly number[]>;
}

/** What the device says about a link beside its counters. */
export interface LinkFact {
  readonly latency: LinkLatency;
  /** Sum of the active members of an aggregate, bit/s; null where a speed is unknown, absent on single interfaces. */
  readonly capacityBps?: number | null;
}

const NOT_READ: LinkFact = { latency: { latencyMs: null, reason: 'the probes of the device were not read yet' } };

/**
 * Round trips of the device's own probes and members of its aggregates, read beside the polls and more seldom. What is
 * looked for once is asked for by name from then on; devices that have neither cost a few requests in five minutes.
 */
export class LinkFacts {
  readonly #client: SnmpClient;
  readonly #clock: Clock;
  readonly #interfaces: readonly PolledInterface[];
  #found: Found | null = null;
  #searchedAtMs = Number.NEGATIVE_INFINITY;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #facts: ReadonlyMap<PolledInterface, LinkFact> = new Map();

  constructor(client: SnmpClient, clock: Clock, interfaces: readonly PolledInterface[]) {
    this.#client = client;
    this.#clock = clock;
    this.#interfaces = interfaces;
  }

  of(polled: PolledInterface): LinkFact {
    return this.#facts.get(polled) ?? NOT_READ;
  }

  /** The device may have been set up anew: everything is looked for again. */
  forget(): void {
    this.#found = null;
    this.#searchedAtMs = Number.NEGATIVE_INFINITY;
    this.#facts = new Map(this.#interfaces.map((polled) => [polled, { ...NOT_READ, ...this.#capacityOf(polled) }]));
  }

  /** What an aggregate had left stays until it is read again: a link must not look whole because nobody answered. */
  #capacityOf(polled: PolledInterface): Pick<LinkFact, 'capacityBps'> {
    const { capacityBps } = this.of(polled);
    return capacityBps === undefined ? {} : { capacityBps };
  }

  get isDue(): boolean {
    const nowMs = this.#clock.nowMs();
    if (isOver(nowMs, this.#searchedAtMs, SEARCH_MS)) return true;
    const hasAny = this.#found !== null && (this.#found.probeColumns.length > 0 || this.#found.members.size > 0);
    return hasAny && isOver(nowMs, this.#readAtMs, REFRESH_MS);
  }

  /** Reads what is due; never rejects: what cannot be read is unknown, with the reason. */
  async refresh(byName: Places, deadlineMs: number): Promise<void> {
    const endsAtMs = this.#clock.nowMs() + deadlineMs;
    try {
      if (this.#found === null || isOver(this.#clock.nowMs(), this.#searchedAtMs, SEARCH_MS)) {
        this.#searchedAtMs = this.#clock.nowMs();
        const found = await this.#search(byName, deadlineMs);
        // A lost packet must not hide a probe for five minutes, nor members that were known before.
        if (!found.isWhole) this.#searchedAtMs -= SEARCH_MS - REFRESH_MS;
        const before = found.isWhole ? [] : (this.#found?.members ?? []);
        this.#found = { ...found, members: new Map([...before, ...found.members]) };
      }
      this.#readAtMs = this.#clock.nowMs();
      this.#facts = await this.#read(this.#found, () => endsAtMs - this.#clock.nowMs());
    } catch (error) {
      this.#readAtMs = this.#clock.nowMs();
      const latency = { latencyMs: null, reason: `the probes of the device cannot be read: ${messageOf(error)}` };
      this.#facts = new Map(this.#interfaces.map((polled) => [polled, { latency, ...this.#capacityOf(polled) }]));
    }
  }

  async #search(byName: Places, deadlineMs: number): Promise<Found> {
    const tables = await this.#tables([...LATENCY_COLUMNS, ...AGGREGATE_COLUMNS, ...ADDRESS_COLUMNS], deadlineMs);
    const rows = new Map(
      [...byName].map(([name, { ifIndex }]) => [Number(ifIndex), { name, ifIndex: Number(ifIndex) }]),
    );
    const types = await this.#typesOf(byName, deadlineMs);
    const byIndex = new Map([...rows].map(([at, row]) => [at, { ...row, type: types.get(at) ?? null }]));
    const allMembers = membersByAggregate(tables, byIndex);
    const addresses = interfaceAddresses(tables);
    const members = new Map<PolledInterface, readonly number[]>();
    const farAddresses = new Map<PolledInterface, ReadonlySet<string>>();
    for (const polled of this.#interfaces) {
      const indexes = unitsOf(polled.name, byName);
      farAddresses.set(polled, farAddressesOf(indexes, addresses, polled.farAddress));
      const below = indexes.flatMap((ifIndex) => allMembers.get(ifIndex) ?? []);
      if (below.length > 0) members.set(polled, [...new Set(below)].slice(0, MAX_MEMBERS));
    }
    const probeColumns =
      readLatency(tables).length === 0 ? [] : LATENCY_COLUMNS.filter((oid) => tables.column(oid).size);
    const isWhole = !tables.problems.some(({ code }) => /TIMEOUT|WALK_CUT/.test(code));
    return { isWhole, probeColumns, farAddresses, members };
  }

  async #tables(columns: readonly string[], deadlineMs: number): Promise<Tables> {
    const limits = { timeoutMs: deadlineMs / 3, deadlineMs };
    const tables = new DeviceTables(this.#client, limits, this.#clock);
    await tables.read(columns);
    return tables;
  }

  /** ifType of the polled interfaces and of what their units stand on. */
  async #typesOf(byName: Places, deadlineMs: number): Promise<Map<number, number | null>> {
    const indexes = [...new Set(this.#interfaces.flatMap(({ name }) => unitsOf(name, byName)))];
    const cells = await this.#cells(
      indexes.map((ifIndex) => `${INTERFACE.ifType}.${ifIndex}`),
      () => deadlineMs,
    );
    return new Map(indexes.map((ifIndex) => [ifIndex, numberOf(cells.get(`${INTERFACE.ifType}.${ifIndex}`))]));
  }

  async #read(found: Found, leftMs: () => number): Promise<Map<PolledInterface, LinkFact>> {
    const probes = found.probeColumns.length === 0 ? [] : readLatency(await this.#tables(found.probeColumns, leftMs()));
    const indexes = [...new Set([...found.members.values()].flat())];
    const columns = [INTERFACE.ifOperStatus, INTERFACE.ifHighSpeed, INTERFACE.ifSpeed, ACTOR_STATE];
    const cells = await this.#cells(
      indexes.flatMap((ifIndex) => columns.map((column) => `${column}.${ifIndex}`)),
      leftMs,
    );
    const number = (column: string, ifIndex: number) => numberOf(cells.get(`${column}.${ifIndex}`));
    const rowOf = (ifIndex: number) => ({
      ifIndex,
      operStatus: operStatusOf(number(INTERFACE.ifOperStatus, ifIndex)),
      speedBps: speedBpsOf(number(INTERFACE.ifHighSpeed, ifIndex), number(INTERFACE.ifSpeed, ifIndex)),
    });
    const stateOf = (ifIndex: number) => cells.get(`${ACTOR_STATE}.${ifIndex}`);
    return new Map(
      this.#interfaces.map((polled) => {
        const latency = linkLatency(probes, found.farAddresses.get(polled) ?? new Set());
        const members = found.members.get(polled);
        if (members === undefined) return [polled, { latency }];
        return [polled, { latency, capacityBps: aggregateOf(members.map(rowOf), stateOf).activeSpeedBps }];
      }),
    );
  }

  async #cells(oids: readonly string[], leftMs: () => number) {
    const all = new Map<string, Awaited<ReturnType<SnmpClient['get']>>['varbinds'][number]>();
    for (let start = 0; start < oids.length; start += CELLS_AT_ONCE) {
      const { cells } = await readCells(this.#client, oids.slice(start, start + CELLS_AT_ONCE), leftMs);
      for (const [oid, cell] of cells) all.set(oid, cell);
    }
    return all;
  }
}

/** A clock that was set back must not stop the readings. */
function isOver(nowMs: number, sinceMs: number, periodMs: number): boolean {
  return nowMs - sinceMs >= periodMs || nowMs < sinceMs;
}

/** ifIndex of an interface, of the port it is a unit of (`ae0` of `ae0.100`), and of its own units. */
function unitsOf(name: string, byName: Places): number[] {
  const port = name.replace(/\.\d+$/, '');
  const found = [...byName].flatMap(([other, { ifIndex }]) =>
    other === name || other === port || (other.startsWith(`${name}.`) && /^\d+$/.test(other.slice(name.length + 1)))
      ? Number(ifIndex)
      : [],
  );
  return [...new Set(found)];
}
