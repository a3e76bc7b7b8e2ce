import type { Clock } from '../../core/clock.ts';
import type { SnmpClient } from './client.ts';
import { type DeviceHealthFigures, healthFigures } from './device/health.ts';
import { readMetrics } from './device/metrics.ts';
import { type PortFigures, portFigures, RECEIVED } from './device/port-figures.ts';
import { DeviceTables, type Tables } from './device/tables.ts';
import { SYSTEM } from './mib.ts';
import { oidOf } from './varbind.ts';
import { shippedVendors, vendorsFor } from './vendors/load.ts';
import type { Vendor } from './vendors/schema.ts';

/** Processors, memory and temperatures move slowly beside counters. */
const REFRESH_MS = 60_000;
/** What a device did not have is looked for again after this time. */
const SEARCH_MS = 1_800_000;
/** A device that did not answer is left alone for so long. */
const AGAIN_MS = 300_000;

/** What a device tells of itself, and of the transceivers in its ports, by the ports' names. */
export interface HealthReading {
  readonly device: DeviceHealthFigures;
  readonly ports: ReadonlyMap<string, PortFigures>;
}

const NOTHING: HealthReading = { device: {}, ports: new Map() };

/**
 * CPU, memory and temperature of one device and light and temperature of its transceivers, read beside the polls. The
 * first reading asks for everything that its vendor may have; from then on only for the tables that it has.
 */
export class DeviceHealth {
  readonly #client: SnmpClient;
  readonly #clock: Clock;
  readonly #ports: readonly string[];
  #known: readonly Vendor[] | null = null;
  #searchedAtMs = Number.NEGATIVE_INFINITY;
  #dueAtMs = Number.NEGATIVE_INFINITY;

  constructor(client: SnmpClient, clock: Clock, ports: readonly string[]) {
    this.#client = client;
    this.#clock = clock;
    this.#ports = ports;
  }

  get isDue(): boolean {
    const nowMs = this.#clock.nowMs();
    // A clock that was set back must not stop the readings.
    return nowMs >= this.#dueAtMs || nowMs < this.#dueAtMs - AGAIN_MS;
  }

  /** What the device tells of itself now, nothing where it does not answer; never rejects. */
  async read(deadlineMs: number): Promise<HealthReading> {
    const nowMs = this.#clock.nowMs();
    this.#dueAtMs = nowMs + REFRESH_MS;
    const limits = { timeoutMs: deadlineMs / 3, deadlineMs };
    try {
      const isSearch = this.#known === null || nowMs - this.#searchedAtMs >= SEARCH_MS;
      const vendors = isSearch ? await this.#vendors(limits.timeoutMs) : (this.#known ?? []);
      const tables = new DeviceTables(this.#client, limits, this.#clock);
      const metrics = await readMetrics(vendors, tables);
      const isWhole = !tables.problems.some(({ code }) => /TIMEOUT|WALK_CUT/.test(code));
      if (isSearch && isWhole) {
        this.#searchedAtMs = nowMs;
        this.#known = vendors.map((vendor) => onlyFound(vendor, tables));
      }
      return { device: healthFigures(metrics), ports: portFigures(metrics.sensors, this.#ports) };
    } catch {
      // The polls find out, and tell, whether the device is silent.
      this.#dueAtMs = nowMs + AGAIN_MS;
      return NOTHING;
    }
  }

  /** The tables of the device's vendor, without those that tell nothing of its health. */
  async #vendors(timeoutMs: number): Promise<Vendor[]> {
    const { varbinds } = await this.#client.get([SYSTEM.sysObjectId], timeoutMs);
    return vendorsFor(await shippedVendors(), oidOf(varbinds[0])).map((vendor) => ({
      ...vendor,
      sensors: (vendor.sensors ?? []).filter(
        ({ kind, name }) => kind === 'temperature' || (kind === 'dbm' && RECEIVED.test(name)),
      ),
    }));
  }
}

function onlyFound(vendor: Vendor, tables: Tables): Vendor {
  const has = (column: string | undefined) => column !== undefined && tables.column(column).size > 0;
  return {
    ...vendor,
    cpu: (vendor.cpu ?? []).filter(({ value }) => has(value)),
    memory: (vendor.memory ?? []).filter(({ used, free, percent }) => has(used) || has(free) || has(percent)),
    sensors: (vendor.sensors ?? []).filter(({ value }) => has(value)),
    entitySensors: (vendor.entitySensors ?? []).filter(({ value }) => has(value)),
  };
}
