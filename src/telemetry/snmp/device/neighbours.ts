import type { Vendor } from '../vendors/schema.ts';
import { CDP_COLUMNS, cdpNeighbours } from './cdp.ts';
import { indexInterfaces } from './interface-names.ts';
import { lldpColumns, lldpNeighbours } from './lldp.ts';
import type { InterfaceReport, NeighbourReport } from './report.ts';
import { interfaceAddresses, isisNeighbours, ospfNeighbours, ROUTING_COLUMNS } from './routing.ts';
import type { Tables } from './tables.ts';

/** Whom the device knows at its interfaces, by every protocol that it speaks. */
export async function readNeighbours(
  tables: Tables,
  interfaces: readonly InterfaceReport[],
  vendors: readonly Vendor[],
): Promise<NeighbourReport[]> {
  const lldp = vendors.flatMap((vendor) => vendor.lldp ?? []);
  await tables.read([...lldpColumns(lldp), ...CDP_COLUMNS, ...ROUTING_COLUMNS]);
  const names = indexInterfaces(interfaces);
  return [
    ...lldpNeighbours(tables, names, lldp),
    ...cdpNeighbours(tables, names),
    ...ospfNeighbours(tables, names, interfaceAddresses(tables)),
    ...isisNeighbours(tables, names),
  ];
}
