import type { Clock } from '../../../core/clock.ts';
import type { SnmpClient } from '../client.ts';
import { addressOf, hexOf, ipv4Text, systemIdOf } from '../device/addresses.ts';
import { readInterfaces } from '../device/interfaces.ts';
import { LATENCY_COLUMNS, readLatency } from '../device/latency.ts';
import { readNeighbours } from '../device/neighbours.ts';
import type { InterfaceReport, LatencyReport, NeighbourReport } from '../device/report.ts';
import { type InterfaceAddress, interfaceAddresses } from '../device/routing.ts';
import { DeviceTables, type Problem, type ReadLimits, type Tables } from '../device/tables.ts';
import { SYSTEM } from '../mib.ts';
import { oidOf, textOf, type Varbind } from '../varbind.ts';
import { shippedVendors, vendorsFor } from '../vendors/load.ts';
import { decodeRouterLsa, type RouterLsa } from './router-lsa.ts';

/** A device as discovery sees it. */
export interface Device {
  /** Where it answered; null for a router that is known from its neighbours' LSAs only. */
  readonly address: string | null;
  /** UDP port that it answered on; null where it did not answer. */
  readonly port: number | null;
  readonly sysName: string | null;
  /** LLDP chassis id, OSPF router id, IS-IS system id; null where it has none. */
  readonly chassisId: string | null;
  readonly routerId: string | null;
  readonly systemId: string | null;
  readonly interfaces: readonly InterfaceReport[];
  readonly addresses: readonly InterfaceAddress[];
  readonly neighbours: readonly NeighbourReport[];
  /** ifIndex by LLDP's local port id. */
  readonly portIds: ReadonlyMap<string, number>;
  readonly lsas: readonly RouterLsa[];
  readonly latency: readonly LatencyReport[];
  readonly problems: readonly Problem[];
}

const CHASSIS_ID = '1.0.8802.1.1.2.1.3.2';
const LOCAL_PORT_ID = '1.0.8802.1.1.2.1.3.7.1.3';
const ROUTER_ID = '1.3.6.1.2.1.14.1.1';
const SYSTEM_ID = '1.3.6.1.2.1.138.1.1.1.3';
const LSDB = '1.3.6.1.2.1.14.4.1.8';

/** Reads what discovery needs of one device. @throws DetourError when it does not answer. */
export async function readForDiscovery(
  client: SnmpClient,
  { address, port }: { readonly address: string; readonly port: number },
  limits: ReadLimits,
  clock: Clock,
  wantsLsdb: boolean,
): Promise<Device> {
  const { varbinds } = await client.get([SYSTEM.sysName, SYSTEM.sysObjectId], limits.timeoutMs);
  const vendors = vendorsFor(await shippedVendors(), oidOf(varbinds[1]));
  const tables = new DeviceTables(client, limits, clock);
  const interfaces = await readInterfaces(tables);
  const neighbours = await readNeighbours(tables, interfaces, vendors);
  await tables.read([
    ...LATENCY_COLUMNS,
    CHASSIS_ID,
    LOCAL_PORT_ID,
    ROUTER_ID,
    SYSTEM_ID,
    ...(wantsLsdb ? [LSDB] : []),
  ]);
  const lsas = [...tables.column(LSDB).values()].flatMap((cell) => lsaOf(cell) ?? []);
  return {
    address,
    port,
    sysName: textOf(varbinds[0]) || null,
    chassisId: idOf(first(tables, CHASSIS_ID)),
    routerId: ipOf(first(tables, ROUTER_ID)),
    systemId: systemOf(first(tables, SYSTEM_ID)),
    interfaces,
    addresses: interfaceAddresses(tables),
    neighbours,
    portIds: portIdsOf(tables, interfaces),
    lsas,
    latency: readLatency(tables),
    problems: tables.problems,
  };
}

function first(tables: Tables, column: string): Varbind | undefined {
  return tables.column(column).get('0');
}

function lsaOf(cell: Varbind): RouterLsa | null {
  return cell.type === 'octets' ? decodeRouterLsa(cell.value) : null;
}

/** As LLDP neighbours show it: six octets are a MAC address, printable text is text. */
function idOf(cell: Varbind | undefined): string | null {
  if (cell?.type !== 'octets') return null;
  const isText = [...cell.value].every((byte) => byte >= 0x20 && byte < 0x7f);
  return !isText && cell.value.length === 6 ? hexOf(cell.value) : textOf(cell) || null;
}

function ipOf(cell: Varbind | undefined): string | null {
  if (cell?.type === 'ip') return cell.value === '0.0.0.0' ? null : cell.value;
  if (cell?.type === 'octets') return addressOf(cell.value);
  return typeof cell?.value === 'number' && cell.value > 0 ? ipv4Text(cell.value) : null;
}

function systemOf(cell: Varbind | undefined): string | null {
  return cell?.type === 'octets' && cell.value.length === 6 ? systemIdOf(cell.value) : null;
}

/** Local port numbers are mostly ifIndexes; where they are not, the id is the interface's name or address. */
function portIdsOf(tables: Tables, interfaces: readonly InterfaceReport[]): Map<string, number> {
  const known = new Set(interfaces.map(({ ifIndex }) => ifIndex));
  return new Map(
    [...tables.column(LOCAL_PORT_ID)].flatMap(([port, cell]): [string, number][] => {
      const id = idOf(cell);
      return id !== null && known.has(Number(port)) ? [[id, Number(port)]] : [];
    }),
  );
}
