import type { Clock } from '../../../core/clock.ts';
import type { SnmpClient } from '../client.ts';
import { SYSTEM } from '../mib.ts';
import { numberOf, oidOf, textOf } from '../varbind.ts';
import { shippedVendors, vendorsFor } from '../vendors/load.ts';
import type { Vendor } from '../vendors/schema.ts';
import { readInterfaces } from './interfaces.ts';
import { LATENCY_COLUMNS, readLatency } from './latency.ts';
import { readMetrics } from './metrics.ts';
import { readNeighbours } from './neighbours.ts';
import type { DeviceReport } from './report.ts';
import { DeviceTables, type ReadLimits } from './tables.ts';

/**
 * Reads everything that a device says about itself. What could not be read is null or missing, with its reason in
 * `problems`.
 * @throws DetourError SNMP_TIMEOUT or SNMP_BAD_ANSWER when the device does not answer at all.
 */
export async function readDevice(
  client: SnmpClient,
  address: string,
  limits: ReadLimits,
  clock: Clock,
  vendors?: readonly Vendor[],
): Promise<DeviceReport> {
  const startMs = clock.nowMs();
  const { varbinds, sentAtMs, receivedAtMs } = await client.get(
    [SYSTEM.sysName, SYSTEM.sysDescr, SYSTEM.sysObjectId, SYSTEM.sysUpTime],
    limits.timeoutMs,
  );
  const ticks = numberOf(varbinds[3]);
  const sysObjectId = oidOf(varbinds[2]);
  const tables = new DeviceTables(client, limits, clock);
  const known = vendorsFor(vendors ?? (await shippedVendors()), sysObjectId);
  const interfaces = await readInterfaces(
    tables,
    known.flatMap(({ interfaces: elsewhere = [] }) => elsewhere),
  );
  const neighbours = await readNeighbours(tables, interfaces, known);
  await tables.read(LATENCY_COLUMNS);
  const metrics = await readMetrics(known, tables);
  return {
    format: 'detour-device/1',
    address,
    sysName: textOf(varbinds[0]),
    sysDescr: textOf(varbinds[1]),
    sysObjectId,
    uptimeSeconds: ticks === null ? null : ticks / 100,
    managementRttMs: receivedAtMs - sentAtMs,
    interfaces,
    ...metrics,
    neighbours,
    latency: readLatency(tables),
    problems: [...tables.problems],
    elapsedMs: clock.nowMs() - startMs,
  };
}
