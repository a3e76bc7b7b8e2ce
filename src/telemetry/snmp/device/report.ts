import { type Static, Type } from 'typebox';
import { nullable } from '../../../core/schema.ts';

/** A 64-bit number as decimal digits: JSON numbers end at 2^53. */
const Digits = nullable(Type.String({ pattern: '^[0-9]+$' }));

const AggregateSchema = Type.Object({
  /** ifIndex of the interfaces that are bundled here. */
  members: Type.Array(Type.Integer()),
  /** Those of them that carry traffic: operationally up, and attached by LACP where the device says so. */
  activeMembers: Type.Array(Type.Integer()),
  activeSpeedBps: nullable(Type.Number({ description: 'sum over the active members; null when one is unknown' })),
});

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
  /** Why a field above is null, by its name; absent when nothing is. */
  unknown: Type.Optional(Type.Record(Type.String(), Type.String())),
  /** Present on aggregates (LAG, bundle, port-channel) only. */
  aggregate: Type.Optional(AggregateSchema),
});
export type InterfaceReport = Static<typeof InterfaceReportSchema>;

const CpuSchema = Type.Object({ name: Type.String(), percent: Type.Number() });
export type CpuReport = Static<typeof CpuSchema>;

const MemorySchema = Type.Object({
  name: Type.String(),
  /** Null where the device tells the share only. */
  usedBytes: nullable(Type.Number()),
  totalBytes: nullable(Type.Number()),
  percent: Type.Number(),
});
export type MemoryReport = Static<typeof MemorySchema>;

const SensorSchema = Type.Object({
  kind: Type.String({ description: 'temperature, voltage, current, power, dbm, fanspeed, state ...' }),
  name: Type.String(),
  /** Null where the device says that the reading is not valid; the status tells why. */
  value: nullable(Type.Number()),
  unit: Type.String(),
  status: Type.String(),
});
export type SensorReport = Static<typeof SensorSchema>;

const NeighbourSchema = Type.Object({
  protocol: Type.String({ description: 'lldp, cdp, ospf or isis' }),
  localInterface: nullable(Type.String()),
  remoteSystem: nullable(Type.String()),
  remotePort: nullable(Type.String()),
  remoteAddress: nullable(Type.String()),
  /** What discovery needs to pair the two ends. */
  localIfIndex: nullable(Type.Integer()),
  remoteId: nullable(Type.String({ description: 'chassis id, router id or system id' })),
  remotePortSubtype: nullable(Type.String()),
  remotePortDescription: nullable(Type.String()),
});
export type NeighbourReport = Static<typeof NeighbourSchema>;

const LatencySchema = Type.Object({
  source: Type.String({ description: 'ip-sla, ip-sla-jitter, disman-ping or juniper-rpm' }),
  name: Type.String(),
  /** Null unless the last probe went well. */
  rttMs: nullable(Type.Number()),
  status: Type.String(),
  targetAddress: nullable(Type.String()),
});
export type LatencyReport = Static<typeof LatencySchema>;

/** What one device says about itself, at one time. */
export const DeviceReportSchema = Type.Object({
  format: Type.Literal('detour-device/1'),
  address: Type.String(),
  sysName: nullable(Type.String()),
  sysDescr: nullable(Type.String()),
  sysObjectId: nullable(Type.String()),
  uptimeSeconds: nullable(Type.Number()),
  managementRttMs: Type.Number({ description: 'round trip between Detour and the agent; tells nothing about links' }),
  interfaces: Type.Array(InterfaceReportSchema),
  cpu: Type.Array(CpuSchema),
  memory: Type.Array(MemorySchema),
  sensors: Type.Array(SensorSchema),
  neighbours: Type.Array(NeighbourSchema),
  latency: Type.Array(LatencySchema),
  problems: Type.Array(Type.Object({ code: Type.String(), oid: nullable(Type.String()), message: Type.String() })),
  elapsedMs: Type.Number(),
});
export type DeviceReport = Static<typeof DeviceReportSchema>;
