import { numberOf, textOf, type Varbind } from '../varbind.ts';
import type { LldpDefinition } from '../vendors/schema.ts';
import { addressOf, hexOf } from './addresses.ts';
import { type InterfaceNames, shownName } from './interface-names.ts';
import type { NeighbourReport } from './report.ts';
import type { Tables } from './tables.ts';

/** LLDP-MIB (IEEE 802.1AB-2005); it does not lie under 1.3. */
const LOCAL_PORT = '1.0.8802.1.1.2.1.3.7.1';
const REMOTE = '1.0.8802.1.1.2.1.4.1.1';
const MANAGEMENT = '1.0.8802.1.1.2.1.4.2.1.3';
/** dot1dBasePortIfIndex: some agents number LLDP ports as bridge ports. */
const BRIDGE_PORT = '1.3.6.1.2.1.17.1.4.1.2';

const STANDARD: LldpDefinition = { remote: REMOTE };
const COLUMN = {
  chassisSubtype: 4,
  chassis: 5,
  portSubtype: 6,
  port: 7,
  portDescription: 8,
  system: 9,
  systemDescription: 10,
};
const PORT_SUBTYPES = [
  'interfaceAlias',
  'portComponent',
  'macAddress',
  'networkAddress',
  'interfaceName',
  'agentCircuitId',
  'local',
];
const CHASSIS_MAC = 4;
const CHASSIS_ADDRESS = 5;

export function lldpColumns(definitions: readonly LldpDefinition[]): string[] {
  const remote = [STANDARD, ...definitions].flatMap((definition) => [
    ...Object.values(COLUMN).map((column) => `${definition.remote}.${column}`),
    ...(definition.ifIndexColumn === undefined ? [] : [definition.ifIndexColumn]),
  ]);
  return [...remote, `${LOCAL_PORT}.2`, `${LOCAL_PORT}.3`, `${LOCAL_PORT}.4`, MANAGEMENT, BRIDGE_PORT];
}

/** Neighbours of lldpRemTable, and of tables of that form which the vendor keeps elsewhere. */
export function lldpNeighbours(
  tables: Tables,
  names: InterfaceNames,
  definitions: readonly LldpDefinition[],
): NeighbourReport[] {
  const addresses = managementAddresses(tables);
  const all = [STANDARD, ...definitions].flatMap((definition) => {
    const own = definitions.find(({ remote }) => remote === definition.remote) ?? definition;
    return rowsOf(own, tables).map((index) => neighbour(own, index, tables, names, addresses));
  });
  return distinct(all.filter(({ remoteId, remoteSystem, remotePort }) => remoteId ?? remoteSystem ?? remotePort));
}

/** Agents leave out columns that they have nothing for, so any of them makes a row. */
function rowsOf({ remote }: LldpDefinition, tables: Tables): string[] {
  return [...new Set(Object.values(COLUMN).flatMap((column) => [...tables.column(`${remote}.${column}`).keys()]))];
}

function neighbour(
  definition: LldpDefinition,
  index: string,
  tables: Tables,
  names: InterfaceNames,
  addresses: ReadonlyMap<string, string>,
): NeighbourReport {
  const cell = (column: keyof typeof COLUMN): Varbind | undefined =>
    tables.cell(`${definition.remote}.${COLUMN[column]}`, index);
  const local = localPort(definition, index, tables, names);
  const portSubtype = PORT_SUBTYPES[(numberOf(cell('portSubtype')) ?? 0) - 1] ?? null;
  const chassis = idText(cell('chassis'), numberOf(cell('chassisSubtype')) === CHASSIS_MAC ? 'macAddress' : null);
  const isAddress = numberOf(cell('chassisSubtype')) === CHASSIS_ADDRESS;
  return {
    protocol: 'lldp',
    localInterface: local.name,
    remoteSystem: textOf(cell('system')) || firstLine(cell('systemDescription')) || null,
    remotePort: idText(cell('port'), portSubtype),
    remoteAddress: addresses.get(index) ?? (isAddress ? networkAddress(cell('chassis')) : null),
    localIfIndex: local.ifIndex,
    remoteId: chassis,
    remotePortSubtype: portSubtype,
    remotePortDescription: textOf(cell('portDescription')) || null,
  };
}

function localPort(
  { ifIndexPart, ifIndexColumn }: LldpDefinition,
  index: string,
  tables: Tables,
  names: InterfaceNames,
): { name: string | null; ifIndex: number | null } {
  const parts = index.split('.');
  const told = ifIndexPart === undefined ? null : Number(parts[ifIndexPart - 1]);
  const pointed = ifIndexColumn === undefined ? null : numberOf(tables.cell(ifIndexColumn, index));
  const port = parts.length >= 3 ? (parts[1] ?? '') : '';
  const row = names.byIfIndex(told ?? pointed ?? -1) ?? (port === '' ? undefined : byLocalPort(port, tables, names));
  const text =
    textOf(tables.cell(`${LOCAL_PORT}.3`, port)) || textOf(tables.cell(`${LOCAL_PORT}.4`, port)) || port || null;
  return { name: shownName(row) ?? text, ifIndex: row?.ifIndex ?? null };
}

/** By subtype of the local port id; then by its description, by the port's number, as a bridge port. */
function byLocalPort(port: string, tables: Tables, names: InterfaceNames): ReturnType<InterfaceNames['byText']> {
  const subtype = PORT_SUBTYPES[(numberOf(tables.cell(`${LOCAL_PORT}.2`, port)) ?? 0) - 1] ?? null;
  const id = idText(tables.cell(`${LOCAL_PORT}.3`, port), subtype) ?? '';
  const description = textOf(tables.cell(`${LOCAL_PORT}.4`, port)) ?? '';
  const bridged = numberOf(tables.cell(BRIDGE_PORT, port));
  const numbered = subtype === 'local' && /^\d+$/.test(id) ? names.byIfIndex(Number(id)) : undefined;
  return (
    numbered ??
    names.byText(id) ??
    names.byText(description) ??
    (bridged === null ? undefined : names.byIfIndex(bridged)) ??
    names.byIfIndex(Number(port))
  );
}

/** An id by its subtype: addresses in their own notation, everything else as text. */
function idText(cell: Varbind | undefined, subtype: string | null): string | null {
  if (cell?.type !== 'octets') return numberOf(cell)?.toString() ?? null;
  if (subtype === 'networkAddress') return networkAddress(cell) ?? textOf(cell);
  const isText = [...cell.value].every((byte) => byte >= 0x20 && byte < 0x7f);
  if (subtype === 'macAddress' && cell.value.length === 6 && !isText) return hexOf(cell.value);
  if (!isText && cell.value.length === 6) return hexOf(cell.value);
  return textOf(cell) || null;
}

/** IANA address family, then the address. */
function networkAddress(cell: Varbind | undefined): string | null {
  if (cell?.type !== 'octets') return null;
  return addressOf(cell.value.subarray(1)) ?? addressOf(cell.value);
}

/** The first address that is one, by the row's index; IPv4 before IPv6 where there are both. */
function managementAddresses(tables: Tables): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const index of tables.column(MANAGEMENT).keys()) {
    const parts = index.split('.').map(Number);
    const [time, port, remote, subtype, ...rest] = parts;
    if (subtype !== 1 && subtype !== 2) continue;
    const length = subtype === 1 ? 4 : 16;
    // Some agents leave out the length octet in front of the address.
    const bytes = rest.length === length ? rest : rest.slice(1);
    const row = `${time}.${port}.${remote}`;
    const address = bytes.every((byte) => byte <= 255) ? addressOf(bytes) : null;
    if (address !== null && (!found.has(row) || (subtype === 1 && found.get(row)?.includes(':'))))
      found.set(row, address);
  }
  return found;
}

function firstLine(cell: Varbind | undefined): string | null {
  const [line = ''] = (textOf(cell) ?? '').split(/[\r\n]/);
  return line.slice(0, 120).trim() || null;
}

/** The same neighbour at the same port from two tables is one. */
function distinct(rows: readonly NeighbourReport[]): NeighbourReport[] {
  const seen = new Map<string, NeighbourReport>();
  for (const row of rows) {
    const key = JSON.stringify([row.localInterface, row.remoteId, row.remoteSystem, row.remotePort]);
    if (!seen.has(key)) seen.set(key, row);
  }
  return [...seen.values()];
}
