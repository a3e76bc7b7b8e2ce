import { INTERFACE } from '../mib.ts';
import { isMissing, numberOf, type Varbind } from '../varbind.ts';
import type { InterfaceReport } from './report.ts';

type CellOf = (column: string) => Varbind | undefined;

/** The column behind each field of a report that is not a counter and not the speed. */
const COLUMNS = {
  name: 'ifName',
  description: 'ifDescr',
  alias: 'ifAlias',
  type: 'ifType',
  adminStatus: 'ifAdminStatus',
  operStatus: 'ifOperStatus',
  macAddress: 'ifPhysAddress',
} as const satisfies Partial<Record<keyof InterfaceReport, keyof typeof INTERFACE>>;

/** Why a field of an interface is null, by its name; empty when nothing is. */
export function unknownFields(row: Omit<InterfaceReport, 'unknown'>, cell: CellOf): Record<string, string> {
  const unknown: Record<string, string> = {};
  for (const [field, column] of Object.entries(COLUMNS) as [
    keyof typeof COLUMNS,
    (typeof COLUMNS)[keyof typeof COLUMNS],
  ][]) {
    if (row[field] === null) unknown[field] = whyNot(column, cell(INTERFACE[column]));
  }
  if (row.speedBps === null) unknown.speedBps = whyNoSpeed(cell);
  if (row.counterBits === null) unknown.counterBits = 'the device counts no octets here';
  for (const [name, digits] of Object.entries(row.counters)) {
    if (digits === null) unknown[name] = 'the device has no such counter here, or none that can be read';
  }
  return unknown;
}

function whyNot(column: keyof typeof INTERFACE, cell: Varbind | undefined): string {
  if (isMissing(cell))
    return cell?.type === 'unreadable' ? `${column} cannot be decoded` : `the device has no ${column} here`;
  if (cell?.type === 'octets' && cell.value.length === 0) return `${column} is empty`;
  return `${column} holds no valid value`;
}

/** RFC 2863: 0 says nothing, and ifSpeed at its limit that the speed does not fit. */
function whyNoSpeed(cell: CellOf): string {
  const [high, low] = [cell(INTERFACE.ifHighSpeed), cell(INTERFACE.ifSpeed)];
  if (isMissing(high) && isMissing(low)) return 'the device has neither ifHighSpeed nor ifSpeed here';
  const said = `ifHighSpeed ${numberOf(high) ?? 'missing'}, ifSpeed ${numberOf(low) ?? 'missing'}`;
  return `the device tells no speed (${said})`;
}
