/** What is read, as data: SNMPv2-MIB (RFC 3418) and IF-MIB (RFC 2863). */

export const SYSTEM = {
  sysDescr: '1.3.6.1.2.1.1.1.0',
  sysObjectId: '1.3.6.1.2.1.1.2.0',
  sysUpTime: '1.3.6.1.2.1.1.3.0',
  sysName: '1.3.6.1.2.1.1.5.0',
} as const;

const IF_TABLE = '1.3.6.1.2.1.2.2.1';
const IF_X_TABLE = '1.3.6.1.2.1.31.1.1.1';

/** Columns that are not counters. Instances are `<column>.<ifIndex>`. */
export const INTERFACE = {
  ifDescr: `${IF_TABLE}.2`,
  ifType: `${IF_TABLE}.3`,
  ifSpeed: `${IF_TABLE}.5`,
  ifPhysAddress: `${IF_TABLE}.6`,
  ifAdminStatus: `${IF_TABLE}.7`,
  ifOperStatus: `${IF_TABLE}.8`,
  ifName: `${IF_X_TABLE}.1`,
  ifHighSpeed: `${IF_X_TABLE}.15`,
  ifAlias: `${IF_X_TABLE}.18`,
  ifCounterDiscontinuityTime: `${IF_X_TABLE}.19`,
} as const;

export const COUNTER_NAMES = [
  'inOctets',
  'outOctets',
  'inUnicast',
  'outUnicast',
  'inMulticast',
  'outMulticast',
  'inBroadcast',
  'outBroadcast',
  'inNonUnicast',
  'outNonUnicast',
  'inErrors',
  'outErrors',
  'inDiscards',
  'outDiscards',
  'inUnknownProtos',
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

export interface CounterColumns {
  /** The 64-bit column; null where the MIB has none. */
  readonly wide: string | null;
  /** The 32-bit column. */
  readonly narrow: string;
  /** What one step of the counter costs on the wire at least, in bits: bounds how fast it can move. */
  readonly bitsPerStep: number;
}

/** The shortest Ethernet frame with preamble and gap: 84 octets. */
const PACKET_BITS = 672;

/** The columns that hold each counter; the 32-bit one is asked for only where the 64-bit one is missing. */
export const COUNTERS: Readonly<Record<CounterName, CounterColumns>> = {
  inOctets: { wide: `${IF_X_TABLE}.6`, narrow: `${IF_TABLE}.10`, bitsPerStep: 8 },
  outOctets: { wide: `${IF_X_TABLE}.10`, narrow: `${IF_TABLE}.16`, bitsPerStep: 8 },
  inUnicast: { wide: `${IF_X_TABLE}.7`, narrow: `${IF_TABLE}.11`, bitsPerStep: PACKET_BITS },
  outUnicast: { wide: `${IF_X_TABLE}.11`, narrow: `${IF_TABLE}.17`, bitsPerStep: PACKET_BITS },
  inMulticast: { wide: `${IF_X_TABLE}.8`, narrow: `${IF_X_TABLE}.2`, bitsPerStep: PACKET_BITS },
  outMulticast: { wide: `${IF_X_TABLE}.12`, narrow: `${IF_X_TABLE}.4`, bitsPerStep: PACKET_BITS },
  inBroadcast: { wide: `${IF_X_TABLE}.9`, narrow: `${IF_X_TABLE}.3`, bitsPerStep: PACKET_BITS },
  outBroadcast: { wide: `${IF_X_TABLE}.13`, narrow: `${IF_X_TABLE}.5`, bitsPerStep: PACKET_BITS },
  // Deprecated sum of multicast and broadcast: only for agents that have nothing newer.
  inNonUnicast: { wide: null, narrow: `${IF_TABLE}.12`, bitsPerStep: PACKET_BITS },
  outNonUnicast: { wide: null, narrow: `${IF_TABLE}.18`, bitsPerStep: PACKET_BITS },
  inErrors: { wide: null, narrow: `${IF_TABLE}.14`, bitsPerStep: PACKET_BITS },
  outErrors: { wide: null, narrow: `${IF_TABLE}.20`, bitsPerStep: PACKET_BITS },
  inDiscards: { wide: null, narrow: `${IF_TABLE}.13`, bitsPerStep: PACKET_BITS },
  outDiscards: { wide: null, narrow: `${IF_TABLE}.19`, bitsPerStep: PACKET_BITS },
  inUnknownProtos: { wide: null, narrow: `${IF_TABLE}.15`, bitsPerStep: PACKET_BITS },
};

const ADMIN_STATUS = ['up', 'down', 'testing'] as const;
const OPER_STATUS = ['up', 'down', 'testing', 'unknown', 'dormant', 'notPresent', 'lowerLayerDown'] as const;

/** ifAdminStatus by its number; null when the number means nothing. */
export function adminStatusOf(code: number | null): (typeof ADMIN_STATUS)[number] | null {
  return code === null ? null : (ADMIN_STATUS[code - 1] ?? null);
}

/** ifOperStatus by its number; null when the number means nothing. */
export function operStatusOf(code: number | null): (typeof OPER_STATUS)[number] | null {
  return code === null ? null : (OPER_STATUS[code - 1] ?? null);
}

/** ifSpeed says this when the speed does not fit into 32 bits. */
const SPEED_OVERFLOW = 4_294_967_295;

/**
 * Speed in bit/s from ifHighSpeed (Mbit/s), or from ifSpeed where that is 0 or missing. Null when neither says
 * anything: an unknown speed is never 0.
 */
export function speedBpsOf(highSpeedMbps: number | null, speedBps: number | null): number | null {
  if (highSpeedMbps !== null && highSpeedMbps > 0 && highSpeedMbps < SPEED_OVERFLOW) return highSpeedMbps * 1e6;
  return speedBps !== null && speedBps > 0 && speedBps < SPEED_OVERFLOW ? speedBps : null;
}
