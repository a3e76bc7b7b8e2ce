import { COUNTERS, INTERFACE, SYSTEM } from '../mib.ts';
import { counter64Element, element, integerElement, TAG } from '../wire/ber.ts';
import { encodeOid } from '../wire/object-id.ts';
import { AGGREGATE, type Aggregate, memberEntries } from './member-mib.ts';
import { type MibEntry, MibView, mibEntry } from './mib-view.ts';

/** What an interface has counted; the simulated line cards write here, the agent reads. */
export interface LiveCounters {
  inOctets: bigint;
  outOctets: bigint;
  inPackets: bigint;
  outPackets: bigint;
  inErrors: number;
  outErrors: number;
  inDiscards: number;
  outDiscards: number;
  isUp: boolean;
}

export function newCounters(): LiveCounters {
  return {
    inOctets: 0n,
    outOctets: 0n,
    inPackets: 0n,
    outPackets: 0n,
    inErrors: 0,
    outErrors: 0,
    inDiscards: 0,
    outDiscards: 0,
    isUp: true,
  };
}

export interface RouterInterface extends Aggregate {
  readonly alias: string;
  readonly counters: LiveCounters;
  /** Who is at the other end, as LLDP tells; null where nobody is. */
  readonly neighbour: { readonly system: string; readonly port: string } | null;
}

export interface RouterDescription {
  readonly sysName: string;
  readonly sysDescr: string;
  readonly sysObjectId: string;
  /** Makes the MAC addresses; unique among the routers, below 2^24. */
  readonly number: number;
  readonly interfaces: readonly RouterInterface[];
}

const IF_NUMBER = '1.3.6.1.2.1.2.1.0';
const IF_MTU = '1.3.6.1.2.1.2.2.1.4';
const IF_INDEX = '1.3.6.1.2.1.2.2.1.1';
const IF_CONNECTOR_PRESENT = '1.3.6.1.2.1.31.1.1.1.17';
const IF_PROMISCUOUS = '1.3.6.1.2.1.31.1.1.1.16';
const LLDP = '1.0.8802.1.1.2.1';
const ETHERNET = 6;
const MAX_32 = 4_294_967_295;

const text = (value: string): Buffer => element(TAG.octets, Buffer.from(value));
const integer = (value: number): Buffer => integerElement(TAG.integer, value);
const gauge = (value: number): Buffer => integerElement(TAG.gauge32, value);
const wide = (value: bigint): Buffer => counter64Element(value);
const narrow = (value: bigint | number): Buffer =>
  integerElement(TAG.counter32, typeof value === 'number' ? value % (MAX_32 + 1) : Number(BigInt.asUintN(32, value)));

/** Everything that a simulated router says: system group, ifTable, ifXTable, LLDP neighbours. */
export function routerMib(router: RouterDescription, uptimeTicks: () => number): MibView {
  return new MibView([
    ...systemEntries(router, uptimeTicks),
    ...router.interfaces.flatMap((entry, at) => interfaceEntries(router, entry, at + 1)),
    ...lldpEntries(router),
    ...router.interfaces.flatMap((entry, at) => memberEntries(entry, at + 1)),
  ]);
}

function systemEntries(router: RouterDescription, uptimeTicks: () => number): MibEntry[] {
  return [
    mibEntry(SYSTEM.sysDescr, text(router.sysDescr)),
    mibEntry(SYSTEM.sysObjectId, element(TAG.oid, encodeOid(router.sysObjectId))),
    mibEntry(SYSTEM.sysUpTime, () => integerElement(TAG.timeticks, uptimeTicks() % (MAX_32 + 1))),
    mibEntry('1.3.6.1.2.1.1.4.0', text('')),
    mibEntry(SYSTEM.sysName, text(router.sysName)),
    mibEntry('1.3.6.1.2.1.1.6.0', text('')),
    mibEntry(IF_NUMBER, integer(router.interfaces.length)),
  ];
}

function interfaceEntries(router: RouterDescription, entry: RouterInterface, index: number): MibEntry[] {
  const { name, alias, speedBps, counters } = entry;
  const at = (column: string, value: Buffer | (() => Buffer)): MibEntry => mibEntry(`${column}.${index}`, value);
  const none = narrow(0);
  const wideNone = wide(0n);
  return [
    at(IF_INDEX, integer(index)),
    at(INTERFACE.ifDescr, text(name)),
    at(INTERFACE.ifType, integer(entry.members ? AGGREGATE : ETHERNET)),
    at(IF_MTU, integer(9000)),
    at(INTERFACE.ifSpeed, gauge(Math.min(MAX_32, speedBps))),
    at(INTERFACE.ifPhysAddress, element(TAG.octets, macOf(router.number, index))),
    at(INTERFACE.ifAdminStatus, integer(1)),
    at(INTERFACE.ifOperStatus, () => integer(counters.isUp ? 1 : 2)),
    at(INTERFACE.ifName, text(name)),
    at(INTERFACE.ifHighSpeed, gauge(Math.round(speedBps / 1e6))),
    at(IF_PROMISCUOUS, integer(2)),
    at(IF_CONNECTOR_PRESENT, integer(1)),
    at(INTERFACE.ifAlias, text(alias)),
    at(INTERFACE.ifCounterDiscontinuityTime, integerElement(TAG.timeticks, 0)),
    at(COUNTERS.inOctets.narrow, () => narrow(counters.inOctets)),
    at(COUNTERS.outOctets.narrow, () => narrow(counters.outOctets)),
    at(COUNTERS.inUnicast.narrow, () => narrow(counters.inPackets)),
    at(COUNTERS.outUnicast.narrow, () => narrow(counters.outPackets)),
    at(COUNTERS.inErrors.narrow, () => narrow(counters.inErrors)),
    at(COUNTERS.outErrors.narrow, () => narrow(counters.outErrors)),
    at(COUNTERS.inDiscards.narrow, () => narrow(counters.inDiscards)),
    at(COUNTERS.outDiscards.narrow, () => narrow(counters.outDiscards)),
    at(COUNTERS.inUnknownProtos.narrow, none),
    at(COUNTERS.inOctets.wide ?? '', () => wide(counters.inOctets)),
    at(COUNTERS.outOctets.wide ?? '', () => wide(counters.outOctets)),
    at(COUNTERS.inUnicast.wide ?? '', () => wide(counters.inPackets)),
    at(COUNTERS.outUnicast.wide ?? '', () => wide(counters.outPackets)),
    at(COUNTERS.inMulticast.wide ?? '', wideNone),
    at(COUNTERS.outMulticast.wide ?? '', wideNone),
    at(COUNTERS.inBroadcast.wide ?? '', wideNone),
    at(COUNTERS.outBroadcast.wide ?? '', wideNone),
  ];
}

/** IEEE 802.1AB, LLDP-MIB: our chassis and ports, and who is heard on them. */
function lldpEntries(router: RouterDescription): MibEntry[] {
  const local = [
    mibEntry(`${LLDP}.3.1.0`, integer(4)),
    mibEntry(`${LLDP}.3.2.0`, element(TAG.octets, macOf(router.number, 0))),
    mibEntry(`${LLDP}.3.3.0`, text(router.sysName)),
    mibEntry(`${LLDP}.3.4.0`, text(router.sysDescr)),
  ];
  const ports = router.interfaces.flatMap(({ name, alias }, at) => [
    mibEntry(`${LLDP}.3.7.1.2.${at + 1}`, integer(5)),
    mibEntry(`${LLDP}.3.7.1.3.${at + 1}`, text(name)),
    mibEntry(`${LLDP}.3.7.1.4.${at + 1}`, text(alias)),
  ]);
  const remotes = router.interfaces.flatMap(({ neighbour }, at) => {
    if (!neighbour) return [];
    const column = (number: number, value: Buffer): MibEntry =>
      mibEntry(`${LLDP}.4.1.1.${number}.0.${at + 1}.1`, value);
    return [
      column(4, integer(7)),
      column(5, text(neighbour.system)),
      column(6, integer(5)),
      column(7, text(neighbour.port)),
      column(8, text(neighbour.port)),
      column(9, text(neighbour.system)),
      column(10, text('')),
    ];
  });
  return [...local, ...ports, ...remotes];
}

/** Locally administered (IEEE 802, second bit of the first octet). */
function macOf(router: number, index: number): Buffer {
  return Buffer.from([
    0x02,
    (router >> 16) & 0xff,
    (router >> 8) & 0xff,
    router & 0xff,
    (index >> 8) & 0xff,
    index & 0xff,
  ]);
}
