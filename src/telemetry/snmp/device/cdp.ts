import { textOf } from '../varbind.ts';
import { addressOf } from './addresses.ts';
import { type InterfaceNames, shownName } from './interface-names.ts';
import type { NeighbourReport } from './report.ts';
import type { Tables } from './tables.ts';

/** CISCO-CDP-MIB cdpCacheTable, indexed by ifIndex and a number; others than Cisco have it too. */
const CACHE = '1.3.6.1.4.1.9.9.23.1.2.1.1';
const ADDRESS = `${CACHE}.4`;
const DEVICE = `${CACHE}.6`;
const PORT = `${CACHE}.7`;
const SYSTEM_NAME = `${CACHE}.17`;

export const CDP_COLUMNS = [ADDRESS, DEVICE, PORT, SYSTEM_NAME];

export function cdpNeighbours(tables: Tables, names: InterfaceNames): NeighbourReport[] {
  const rows = new Set([DEVICE, PORT].flatMap((column) => [...tables.column(column).keys()]));
  return [...rows].flatMap((index) => {
    const ifIndex = Number(index.split('.')[0]);
    const device = textOf(tables.cell(DEVICE, index)) || null;
    const port = textOf(tables.cell(PORT, index)) || null;
    if (device === null && port === null) return [];
    const address = tables.cell(ADDRESS, index);
    return {
      protocol: 'cdp',
      localInterface: shownName(names.byIfIndex(ifIndex)) ?? String(ifIndex),
      remoteSystem: device,
      remotePort: port,
      remoteAddress: address?.type === 'octets' ? addressOf(address.value) : null,
      localIfIndex: ifIndex,
      remoteId: textOf(tables.cell(SYSTEM_NAME, index)) || device,
      remotePortSubtype: 'interfaceName',
      remotePortDescription: null,
    };
  });
}
