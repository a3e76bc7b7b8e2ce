import { adminStatusOf, COUNTERS, type CounterName, INTERFACE, operStatusOf, speedBpsOf } from '../mib.ts';
import { countOf, macOf, numberOf, textOf, type Varbind } from '../varbind.ts';
import type { InterfacesDefinition } from '../vendors/schema.ts';
import { AGGREGATE_COLUMNS, addAggregates } from './aggregates.ts';
import type { InterfaceReport } from './report.ts';
import type { Tables } from './tables.ts';
import { unknownFields } from './unknown-fields.ts';

const PLAIN_COLUMNS = Object.values(INTERFACE).filter((oid) => oid !== INTERFACE.ifCounterDiscontinuityTime);
const COUNTER_COLUMNS = Object.values(COUNTERS).flatMap(({ wide, narrow }) =>
  wide === null ? [narrow] : [wide, narrow],
);
/** Columns that every agent must have for every interface (RFC 2863, ifGeneralInformationGroup). */
const MANDATORY: readonly (keyof typeof INTERFACE)[] = [
  'ifDescr',
  'ifType',
  'ifPhysAddress',
  'ifAdminStatus',
  'ifOperStatus',
];

/** All interfaces of a device, by ifIndex. A column that is missing is null in every row, never a row less. */
export async function readInterfaces(
  tables: Tables,
  elsewhere: readonly InterfacesDefinition[] = [],
): Promise<InterfaceReport[]> {
  await tables.read([...PLAIN_COLUMNS, ...COUNTER_COLUMNS, ...AGGREGATE_COLUMNS]);
  await tables.read(elsewhere.flatMap(({ ifIndexPart: _, ...columns }) => Object.values(columns)));
  const indexes = new Set([...PLAIN_COLUMNS, ...COUNTER_COLUMNS].flatMap((oid) => [...tables.column(oid).keys()]));
  const rows = [...indexes]
    .filter((index) => /^\d+$/.test(index))
    .sort((left, right) => Number(left) - Number(right))
    .map((index) => interfaceReport(index, (column) => tables.cell(column, index)));
  noteGaps(tables, rows.length);
  const others = elsewhere.flatMap((definition) => interfacesElsewhere(tables, definition, indexes));
  return addAggregates(
    tables,
    [...rows, ...others].sort((left, right) => left.ifIndex - right.ifIndex),
  );
}

/** Interfaces of a vendor's own table that ifTable leaves out. */
function interfacesElsewhere(tables: Tables, definition: InterfacesDefinition, known: Set<string>): InterfaceReport[] {
  return [...tables.column(definition.name)].flatMap(([index, name]) => {
    const ifIndex = index.split('.')[definition.ifIndexPart - 1] ?? '';
    if (known.has(ifIndex) || !/^\d+$/.test(ifIndex)) return [];
    known.add(ifIndex);
    const count = (column: string | undefined): bigint | null => countOf(tables.cell(column ?? '', index));
    const speed = count(definition.speedBps);
    const { unknown: _, ...row } = interfaceReport(ifIndex, () => undefined);
    const found: InterfaceReport = {
      ...row,
      name: textOf(name),
      speedBps: speed === null || speed === 0n ? null : Number(speed),
      counterBits: count(definition.inOctets) === null ? null : (64 as const),
      counters: {
        ...row.counters,
        inOctets: count(definition.inOctets)?.toString() ?? null,
        outOctets: count(definition.outOctets)?.toString() ?? null,
        inPackets: count(definition.inPackets)?.toString() ?? null,
        outPackets: count(definition.outPackets)?.toString() ?? null,
      },
    };
    return { ...found, unknown: unknownFields(found, () => undefined) };
  });
}

/** An agent that ends a column early does so without a word. */
function noteGaps(tables: Tables, rows: number): void {
  for (const name of MANDATORY) {
    const missing = rows - tables.column(INTERFACE[name]).size;
    const isNoted = tables.problems.some(
      ({ oid }) => oid === INTERFACE[name] || oid?.startsWith(`${INTERFACE[name]}.`),
    );
    // Interfaces without hardware may well have no address; a device without any has lost the column.
    const isUsual = name === 'ifPhysAddress' && missing < rows;
    if (missing <= 0 || isNoted || isUsual) continue;
    const message = `${name}: the agent has no readable value for ${missing} of ${rows} interfaces`;
    tables.note({ code: 'DETOUR_ERR_SNMP_BAD_ANSWER', oid: INTERFACE[name], message });
  }
}

function interfaceReport(index: string, cell: (column: string) => Varbind | undefined): InterfaceReport {
  const count = (name: CounterName): bigint | null => {
    const { wide, narrow } = COUNTERS[name];
    return (wide === null ? null : countOf(cell(wide))) ?? countOf(cell(narrow));
  };
  const digits = (name: CounterName): string | null => count(name)?.toString() ?? null;
  const { wide, narrow } = COUNTERS.inOctets;
  const row: InterfaceReport = {
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
  const unknown = unknownFields(row, cell);
  return Object.keys(unknown).length === 0 ? row : { ...row, unknown };
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
