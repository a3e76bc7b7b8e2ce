import { type Static, Type } from 'typebox';
import type { Clock } from '../../core/clock.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { nullable } from '../../core/schema.ts';
import type { SnmpClient } from './client.ts';
import { adminStatusOf, COUNTERS, type CounterName, INTERFACE, operStatusOf, SYSTEM, speedBpsOf } from './mib.ts';
import { countOf, macOf, numberOf, oidOf, textOf, type Varbind } from './varbind.ts';
import { walkColumns } from './walk.ts';

/** A 64-bit number as decimal digits: JSON numbers end at 2^53. */
const Digits = nullable(Type.String({ pattern: '^[0-9]+$' }));

const InterfaceReportSchema = Type.Object({
  ifIndex: Type.Integer(),
  name: nullable(Type.String()),
  description: nullable(Type.String()),
  alias: nullable(Type.String()),
  type: nullable(Type.Integer({ description: 'IANAifType' })),
  speedBps: nullable(Type.Number()),
  adminStatus: nullable(Type.String()),
  operStatus: nullable(Type.String()),
  macAddress: nullable(Type.String()),
  counterBits: nullable(Type.Union([Type.Literal(32), Type.Literal(64)], { description: 'of the octet counters' })),
  counters: Type.Object({
    inOctets: Digits,
    outOctets: Digits,
    inPackets: Digits,
    outPackets: Digits,
    inErrors: Digits,
    outErrors: Digits,
    inDiscards: Digits,
    outDiscards: Digits,
  }),
});
export type InterfaceReport = Static<typeof InterfaceReportSchema>;

/** What one device says about itself, at one time. */
export const DeviceReportSchema = Type.Object({
  format: Type.Literal('detour-device/1'),
  address: Type.String(),
  sysName: nullable(Type.String()),
  sysDescr: nullable(Type.String()),
  sysObjectId: nullable(Type.String()),
  uptimeSeconds: nullable(Type.Number()),
  interfaces: Type.Array(InterfaceReportSchema),
  cpu: Type.Array(Type.Object({ name: Type.String(), percent: Type.Number() })),
  memory: Type.Array(
    Type.Object({ name: Type.String(), usedBytes: Type.Number(), totalBytes: Type.Number(), percent: Type.Number() }),
  ),
  sensors: Type.Array(
    Type.Object({
      kind: Type.String(),
      name: Type.String(),
      value: Type.Number(),
      unit: Type.String(),
      status: Type.String(),
    }),
  ),
  neighbours: Type.Array(
    Type.Object({
      protocol: Type.String(),
      localInterface: Type.String(),
      remoteSystem: nullable(Type.String()),
      remotePort: nullable(Type.String()),
      remoteAddress: nullable(Type.String()),
    }),
  ),
  latency: Type.Array(
    Type.Object({ source: Type.String(), name: Type.String(), rttMs: Type.Number(), status: Type.String() }),
  ),
  problems: Type.Array(Type.Object({ code: Type.String(), oid: nullable(Type.String()), message: Type.String() })),
  elapsedMs: Type.Number(),
});
export type DeviceReport = Static<typeof DeviceReportSchema>;

export interface ReadLimits {
  /** Time for one request, retries included. */
  readonly timeoutMs: number;
  /** Time for the whole device. */
  readonly deadlineMs: number;
}

interface Problem {
  readonly code: ErrorCode;
  readonly oid: string | null;
  readonly message: string;
}

const MAX_INTERFACES = 10_000;

/**
 * Reads the system group and all interfaces of a device. What could not be read is null or missing, with its reason
 * in `problems`. CPU, memory, sensors, neighbours and latency stay empty: nothing reads them yet.
 * @throws DetourError SNMP_TIMEOUT or SNMP_BAD_ANSWER when the device does not answer at all.
 */
export async function readDevice(
  client: SnmpClient,
  address: string,
  limits: ReadLimits,
  clock: Clock,
): Promise<DeviceReport> {
  const startMs = clock.nowMs();
  const { varbinds } = await client.get(
    [SYSTEM.sysName, SYSTEM.sysDescr, SYSTEM.sysObjectId, SYSTEM.sysUpTime],
    limits.timeoutMs,
  );
  const ticks = numberOf(varbinds[3]);
  const { interfaces, problems } = await readInterfaces(client, limits, clock);
  return {
    format: 'detour-device/1',
    address,
    sysName: textOf(varbinds[0]),
    sysDescr: textOf(varbinds[1]),
    sysObjectId: oidOf(varbinds[2]),
    uptimeSeconds: ticks === null ? null : ticks / 100,
    interfaces,
    cpu: [],
    memory: [],
    sensors: [],
    neighbours: [],
    latency: [],
    problems,
    elapsedMs: clock.nowMs() - startMs,
  };
}

const COLUMNS = [
  ...Object.values(INTERFACE).filter((oid) => oid !== INTERFACE.ifCounterDiscontinuityTime),
  ...Object.values(COUNTERS).flatMap(({ wide, narrow }) => (wide === null ? [narrow] : [wide, narrow])),
];

async function readInterfaces(client: SnmpClient, limits: ReadLimits, clock: Clock) {
  const walkLimits = { maxRows: MAX_INTERFACES, deadlineMs: limits.deadlineMs, requestMs: limits.timeoutMs };
  const { columns, problems } = await walkColumns(client, COLUMNS, walkLimits, clock);
  const indexes = new Set(
    [INTERFACE.ifDescr, INTERFACE.ifName].flatMap((oid) => [...(columns.get(oid)?.keys() ?? [])]),
  );
  const rows = [...indexes]
    .filter((index) => /^\d+$/.test(index))
    .sort((left, right) => Number(left) - Number(right))
    .map((index) => interfaceReport(index, (column) => columns.get(column)?.get(index)));
  return { interfaces: rows, problems: [...problems] satisfies Problem[] };
}

function interfaceReport(index: string, cell: (column: string) => Varbind | undefined): InterfaceReport {
  const count = (name: CounterName): bigint | null => {
    const { wide, narrow } = COUNTERS[name];
    return (wide === null ? null : countOf(cell(wide))) ?? countOf(cell(narrow));
  };
  const digits = (name: CounterName): string | null => count(name)?.toString() ?? null;
  const { wide, narrow } = COUNTERS.inOctets;
  return {
    ifIndex: Number(index),
    name: textOf(cell(INTERFACE.ifName)),
    description: textOf(cell(INTERFACE.ifDescr)),
    alias: textOf(cell(INTERFACE.ifAlias)),
    type: numberOf(cell(INTERFACE.ifType)),
    speedBps: speedBpsOf(numberOf(cell(INTERFACE.ifHighSpeed)), numberOf(cell(INTERFACE.ifSpeed))),
    adminStatus: adminStatusOf(numberOf(cell(INTERFACE.ifAdminStatus))),
    operStatus: operStatusOf(numberOf(cell(INTERFACE.ifOperStatus))),
    macAddress: macOf(cell(INTERFACE.ifPhysAddress)),
    counterBits: wide !== null && countOf(cell(wide)) !== null ? 64 : countOf(cell(narrow)) !== null ? 32 : null,
    counters: {
      inOctets: digits('inOctets'),
      outOctets: digits('outOctets'),
      inPackets: packets(count('inUnicast'), count('inMulticast'), count('inBroadcast'), count('inNonUnicast')),
      outPackets: packets(count('outUnicast'), count('outMulticast'), count('outBroadcast'), count('outNonUnicast')),
      inErrors: digits('inErrors'),
      outErrors: digits('outErrors'),
      inDiscards: digits('inDiscards'),
      outDiscards: digits('outDiscards'),
    },
  };
}

function packets(
  unicast: bigint | null,
  multicast: bigint | null,
  broadcast: bigint | null,
  nonUnicast: bigint | null,
): string | null {
  const rest = multicast === null || broadcast === null ? nonUnicast : multicast + broadcast;
  return unicast === null || rest === null ? null : (unicast + rest).toString();
}
