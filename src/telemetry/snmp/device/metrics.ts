import type { CpuDefinition, SensorDefinition, Vendor } from '../vendors/schema.ts';
import { entitySensors } from './entity-sensors.ts';
import { memoryRows, withoutCache } from './memory.ts';
import { columnsInTemplate, fillName } from './names.ts';
import type { CpuReport, MemoryReport, SensorReport } from './report.ts';
import { type Definition, type Named, passes } from './rows.ts';
import type { Tables } from './tables.ts';
import { figureOf, rawNumber } from './values.ts';

export interface Metrics {
  readonly cpu: CpuReport[];
  readonly memory: MemoryReport[];
  readonly sensors: SensorReport[];
}

/** CPU, memory and sensors, as the vendors' tables say where they are. */
export async function readMetrics(vendors: readonly Vendor[], tables: Tables): Promise<Metrics> {
  await tables.read(vendors.flatMap(columnsOf));
  const of = <K extends 'cpu' | 'memory' | 'sensors' | 'entitySensors'>(key: K) =>
    vendors.flatMap((vendor) => named(vendor, key));
  const plain = selected(of('sensors'), (definition) => sensorRows(definition, tables));
  const entity = selected(of('entitySensors'), (definition) => {
    const isWanted = (index: string): boolean => passes(definition, index, tables);
    const nameOf = (index: string): string => fillName(definition.name, index, definition.columns, tables);
    return entitySensors(definition, tables, nameOf, isWanted);
  });
  const memory = selected(of('memory'), (definition) => memoryRows(definition, tables));
  return {
    cpu: selected(of('cpu'), (definition) => cpuRows(definition, tables)),
    memory: of('memory').reduce((rows, { without }) => (without ? withoutCache(rows, without) : rows), memory),
    sensors: [...plain, ...entity],
  };
}

function named<K extends 'cpu' | 'memory' | 'sensors' | 'entitySensors'>(
  vendor: Vendor,
  key: K,
): Named<NonNullable<Vendor[K]>[number]>[] {
  const columns = new Map(Object.entries(vendor.columns ?? {}));
  return ((vendor[key] ?? []) as NonNullable<Vendor[K]>[number][]).map((definition) => ({ ...definition, columns }));
}

/** Rows of all definitions, without those that stand back for one that has found something. */
function selected<D extends Definition, Row>(definitions: readonly D[], rowsOf: (definition: D) => Row[]): Row[] {
  const found = new Set<string>();
  return definitions.flatMap((definition) => {
    if (definition.unless?.some((id) => found.has(id))) return [];
    const rows = rowsOf(definition);
    if (rows.length > 0 && definition.id !== undefined) found.add(definition.id);
    return rows;
  });
}

function cpuRows(definition: Named<CpuDefinition>, tables: Tables): CpuReport[] {
  const rows = [...tables.column(definition.value)].flatMap(([index, cell]) => {
    const percent = passes(definition, index, tables) ? figureOf(cell, definition) : null;
    if (percent === null || percent < 0 || percent > 100) return [];
    return [{ index, name: fillName(definition.name, index, definition.columns, tables), percent }];
  });
  // A row without a name is called by its place: its index (196608 and up on net-snmp) tells nobody anything.
  return rows.map(({ index, name, percent }, at) => ({ name: name === index ? `CPU ${at}` : name, percent }));
}

function sensorRows(definition: Named<SensorDefinition>, tables: Tables): SensorReport[] {
  const { kind, unit, states, statusColumn } = definition;
  return [...tables.column(definition.value)].flatMap(([index, cell]) => {
    const value = passes(definition, index, tables) ? figureOf(cell, definition) : null;
    if (value === null) return [];
    const code = statusColumn === undefined ? rawNumber(cell) : rawNumber(tables.cell(statusColumn, index));
    const status = states === undefined ? 'ok' : (states[String(code)] ?? `unknown (${code})`);
    return [{ kind, name: fillName(definition.name, index, definition.columns, tables), value, unit, status }];
  });
}

/** Every column that a vendor's table asks for. */
function columnsOf(vendor: Vendor): string[] {
  const { columns = {}, cpu = [], memory = [], sensors = [], entitySensors: entity = [] } = vendor;
  const all: readonly Definition[] = [...cpu, ...memory, ...sensors, ...entity];
  const inNames = all.flatMap(({ name }) => columnsInTemplate(name)).flatMap((name) => columns[name] ?? []);
  const inConditions = all.flatMap(({ where = [] }) => where.map(({ column }) => column));
  const values = [
    ...cpu.map(({ value }) => value),
    ...sensors.flatMap(({ value, statusColumn }) => [value, statusColumn ?? value]),
    ...memory.flatMap(({ used, free, total, percent, unitBytes, typeIs }) => [
      used,
      free,
      total,
      percent,
      typeof unitBytes === 'string' ? unitBytes : undefined,
      typeIs?.column,
    ]),
    ...entity.flatMap(({ type, scale, precision, value, status }) => [type, scale, precision, value, status]),
  ];
  return [...values.flatMap((oid) => oid ?? []), ...inConditions, ...inNames];
}
