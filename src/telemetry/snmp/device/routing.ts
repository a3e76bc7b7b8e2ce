import { numberOf, type Varbind } from '../varbind.ts';
import { addressOf, ipv4Number, ipv4Text, systemIdOf } from './addresses.ts';
import { type InterfaceNames, shownName } from './interface-names.ts';
import type { NeighbourReport } from './report.ts';
import type { Tables } from './tables.ts';

/** OSPF-MIB ospfNbrTable (RFC 4750), indexed by address and addressless ifIndex. */
const OSPF_ROUTER_ID = '1.3.6.1.2.1.14.10.1.3';
const OSPF_STATE = '1.3.6.1.2.1.14.10.1.6';
const OSPF_FULL = 8;
const OSPF_TWO_WAY = 4;

/** ISIS-MIB (RFC 4444) and the draft of it that Cisco kept: the same tables below two roots. */
const ISIS_ROOTS = ['1.3.6.1.2.1.138', '1.3.6.1.4.1.9.10.118'];
const ISIS = { circuitIfIndex: '1.3.2.1.2', state: '1.6.1.1.2', systemId: '1.6.1.1.6', address: '1.6.3.1.3' };
const ISIS_UP = 3;

/** ipAdEntIfIndex and ipAdEntNetMask (RFC 4293, deprecated but everywhere). */
const ADDRESS_IF_INDEX = '1.3.6.1.2.1.4.20.1.2';
const ADDRESS_MASK = '1.3.6.1.2.1.4.20.1.3';
/** ipAddressIfIndex and ipAddressPrefix (RFC 4293). */
const IP_ADDRESS_IF_INDEX = '1.3.6.1.2.1.4.34.1.3';
const IP_ADDRESS_PREFIX = '1.3.6.1.2.1.4.34.1.5';

export const ADDRESS_COLUMNS = [ADDRESS_IF_INDEX, ADDRESS_MASK, IP_ADDRESS_IF_INDEX, IP_ADDRESS_PREFIX];

export const ROUTING_COLUMNS = [
  OSPF_ROUTER_ID,
  OSPF_STATE,
  ...ISIS_ROOTS.flatMap((root) => Object.values(ISIS).map((column) => `${root}.${column}`)),
  ...ADDRESS_COLUMNS,
];

/** An IPv4 address of an interface with the length of its prefix. */
export interface InterfaceAddress {
  readonly ifIndex: number;
  readonly address: string;
  readonly prefixLength: number;
}

/** The device's IPv4 addresses by ipAddrTable, or by ipAddressTable where that is empty. */
export function interfaceAddresses(tables: Pick<Tables, 'column' | 'cell'>): InterfaceAddress[] {
  const old = [...tables.column(ADDRESS_IF_INDEX)].flatMap(([address, cell]) => {
    const ifIndex = numberOf(cell);
    const mask = ipv4Number(ipText(tables.cell(ADDRESS_MASK, address)) ?? '');
    if (ifIndex === null || mask === null || ipv4Number(address) === null) return [];
    return [{ ifIndex, address, prefixLength: Math.clz32(~mask >>> 0) }];
  });
  return old.length > 0 ? old : newAddresses(tables);
}

/** Index `1.4.a.b.c.d`: ipv4(1), length; ipAddressPrefix points to a row that ends in the prefix length. */
function newAddresses(tables: Pick<Tables, 'column' | 'cell'>): InterfaceAddress[] {
  return [...tables.column(IP_ADDRESS_IF_INDEX)].flatMap(([index, cell]) => {
    const ifIndex = numberOf(cell);
    const address = /^1\.4\.(\d+\.\d+\.\d+\.\d+)$/.exec(index)?.[1];
    const prefix = tables.cell(IP_ADDRESS_PREFIX, index);
    const length = prefix?.type === 'oid' ? Number(prefix.value.split('.').at(-1)) : Number.NaN;
    if (ifIndex === null || address === undefined || !(length >= 0 && length <= 32)) return [];
    return [{ ifIndex, address, prefixLength: length }];
  });
}

/**
 * Addresses that can only be the far end of a link: the other one of a /30 or /31 on these interfaces (RFC 3021), and
 * `known`, where the network file leaves no other link to that router.
 */
export function farAddressesOf(
  ifIndexes: readonly number[],
  addresses: readonly InterfaceAddress[],
  known: string | null,
): Set<string> {
  const others = addresses.flatMap(({ ifIndex, address, prefixLength }) => {
    const own = ipv4Number(address);
    if (own === null || prefixLength < 30 || prefixLength > 31 || !ifIndexes.includes(ifIndex)) return [];
    return ipv4Text(prefixLength === 31 ? own ^ 1 : own ^ 3);
  });
  return new Set(known === null ? others : [...others, known]);
}

export function ospfNeighbours(
  tables: Tables,
  names: InterfaceNames,
  addresses: readonly InterfaceAddress[],
): NeighbourReport[] {
  return [...tables.column(OSPF_ROUTER_ID)].flatMap(([index, cell]) => {
    const parts = index.split('.');
    const address = parts.slice(0, 4).join('.');
    const state = numberOf(tables.cell(OSPF_STATE, index));
    if (state !== null && state !== OSPF_FULL && state !== OSPF_TWO_WAY) return [];
    const ifIndex = Number(parts[4] ?? 0) || interfaceTowards(address, addresses);
    return routingNeighbour('ospf', names, ifIndex, ipText(cell), address === '0.0.0.0' ? null : address);
  });
}

export function isisNeighbours(tables: Tables, names: InterfaceNames): NeighbourReport[] {
  return ISIS_ROOTS.flatMap((root) =>
    [...tables.column(`${root}.${ISIS.systemId}`)].flatMap(([index, cell]) => {
      if (cell.type !== 'octets' || numberOf(tables.cell(`${root}.${ISIS.state}`, index)) !== ISIS_UP) return [];
      const circuit = index.split('.').at(-2) ?? '';
      const ifIndex = numberOf(tables.cell(`${root}.${ISIS.circuitIfIndex}`, circuitIndex(index, circuit)));
      const address = tables.cell(`${root}.${ISIS.address}`, `${index}.1`);
      const far = address?.type === 'octets' ? addressOf(address.value) : null;
      return routingNeighbour('isis', names, ifIndex, systemIdOf(cell.value), far);
    }),
  );
}

/** Cisco's draft has the instance in front of circuit and adjacency. */
function circuitIndex(index: string, circuit: string): string {
  return index.split('.').length > 2 ? index.split('.').slice(0, -1).join('.') : circuit;
}

function routingNeighbour(
  protocol: 'ospf' | 'isis',
  names: InterfaceNames,
  ifIndex: number | null,
  remoteId: string | null,
  remoteAddress: string | null,
): NeighbourReport[] {
  return [
    {
      protocol,
      localInterface: shownName(names.byIfIndex(ifIndex ?? -1)),
      remoteSystem: remoteId,
      remotePort: null,
      remoteAddress,
      localIfIndex: ifIndex,
      remoteId,
      remotePortSubtype: null,
      remotePortDescription: null,
    },
  ];
}

/** The interface with the longest prefix that holds the address. */
export function interfaceTowards(address: string, addresses: readonly InterfaceAddress[]): number | null {
  const wanted = ipv4Number(address);
  if (wanted === null) return null;
  const holding = addresses
    .filter((own) => samePrefix(ipv4Number(own.address) ?? 0, wanted, own.prefixLength))
    .sort((left, right) => right.prefixLength - left.prefixLength);
  return holding[0]?.ifIndex ?? null;
}

export function samePrefix(left: number, right: number, length: number): boolean {
  return length === 0 || (left ^ right) >>> (32 - length) === 0;
}

function ipText(cell: Varbind | undefined): string | null {
  if (cell?.type === 'ip') return cell.value;
  return cell?.type === 'octets' ? addressOf(cell.value) : null;
}
