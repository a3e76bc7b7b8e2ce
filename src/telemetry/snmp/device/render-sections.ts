import { formatBps } from '../../../core/units.ts';
import { cut, renderTable } from './render-table.ts';
import type { DeviceReport, InterfaceReport, LatencyReport, NeighbourReport, SensorReport } from './report.ts';

const MAX_CELL = 40;
/** Sensors and neighbours listed one by one; all of them are in the JSON. */
const MAX_LISTED = 40;
const FIGURES: ReadonlySet<string> = new Set(['usage', 'used', 'total', 'least', 'most', 'sensors', 'rtt']);
const FINE =
  /^(ok|on|active|normal|unknown|not present|empty|off|disabled|not known|present|ready|not available|unavailable)/i;
const GIB = 2 ** 30;

/** Bundles with members that do not carry traffic stand out. */
export function renderAggregates(interfaces: readonly InterfaceReport[]): string[] {
  const names = new Map(
    interfaces.map(({ ifIndex, name, description }) => [ifIndex, name || description || `${ifIndex}`]),
  );
  const rows = interfaces.flatMap(({ ifIndex, aggregate }) => {
    if (aggregate === undefined) return [];
    const lost = aggregate.members.filter((member) => !aggregate.activeMembers.includes(member));
    const list = (indexes: readonly number[]): string => indexes.map((index) => names.get(index)).join(' ') || '-';
    return [[names.get(ifIndex) ?? '', formatBps(aggregate.activeSpeedBps), list(aggregate.activeMembers), list(lost)]];
  });
  return section('aggregates', rows, ['name', 'carries', 'active', 'not active']);
}

/** CPU and memory one by one; of the sensors those that complain, and the range of each kind. */
export function renderHealth({ cpu, memory, sensors }: DeviceReport): string[] {
  const usage = [
    ...cpu.map(({ name, percent }) => [cut(name, MAX_CELL), 'cpu', `${percent.toFixed(0)} %`, '', '']),
    ...memory.map(({ name, percent, usedBytes, totalBytes }) => [
      cut(name, MAX_CELL),
      'memory',
      `${percent.toFixed(0)} %`,
      gib(usedBytes),
      gib(totalBytes),
    ]),
  ];
  const measured = sensors.filter(({ kind }) => kind !== 'state');
  const kinds = [...new Set(measured.map(({ kind }) => kind))].map((kind) => rangeOf(kind, measured));
  const complaints = sensors.filter(
    ({ status, value }) => !FINE.test(status) || (value === null && status === 'nonoperational'),
  );
  return [
    ...section('cpu and memory', usage, ['name', 'kind', 'usage', 'used', 'total']),
    ...section('sensors', kinds, ['kind', 'sensors', 'least', 'most', 'where it is most']),
    ...section(
      'sensors that complain',
      complaints.map(({ name, kind, value, unit, status }) => [
        cut(name, MAX_CELL),
        kind,
        kind === 'state' ? '' : figure(value, unit),
        status,
      ]),
      ['name', 'kind', 'value', 'status'],
    ),
  ];
}

function rangeOf(kind: string, sensors: readonly SensorReport[]): string[] {
  const rows = sensors.filter((sensor) => sensor.kind === kind);
  const known = rows.flatMap(({ value, unit, name }) => (value === null ? [] : [{ value, unit, name }]));
  const sorted = known.toSorted((left, right) => left.value - right.value);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const shown = (sensor: typeof least): string => (sensor ? figure(sensor.value, sensor.unit) : '-');
  return [kind, String(rows.length), shown(least), shown(most), cut(most?.name ?? '-', MAX_CELL)];
}

export function renderNeighbours(neighbours: readonly NeighbourReport[]): string[] {
  const rows = neighbours.map((row) => [
    row.localInterface ?? '?',
    cut(row.remoteSystem ?? row.remoteId ?? '?', MAX_CELL),
    cut(portOf(row), MAX_CELL),
    row.remoteAddress ?? '-',
    row.protocol,
  ]);
  return section('neighbours', rows, ['here', 'system', 'port', 'address', 'by']);
}

/** A number that the far end made up says less than what it calls the port. */
function portOf({ remotePort, remotePortSubtype, remotePortDescription }: NeighbourReport): string {
  const isMadeUp = remotePortSubtype === 'local' || remotePortSubtype === 'macAddress';
  if (!isMadeUp || remotePortDescription === null) return remotePort ?? remotePortDescription ?? '-';
  return remotePort === remotePortDescription ? remotePort : `${remotePortDescription} (${remotePort ?? '-'})`;
}

export function renderLatency(latency: readonly LatencyReport[]): string[] {
  const rows = latency.map(({ name, source, targetAddress, rttMs, status }) => [
    cut(name, MAX_CELL),
    source,
    targetAddress ?? '-',
    rttMs === null ? '-' : `${rttMs} ms`,
    status,
  ]);
  return section('probes', rows, ['name', 'source', 'target', 'rtt', 'status']);
}

function section(title: string, rows: readonly (readonly string[])[], headings: readonly string[]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > MAX_LISTED ? [`  and ${rows.length - MAX_LISTED} more (--json has all)`] : [];
  return ['', `${title}:`, ...renderTable([headings, ...rows.slice(0, MAX_LISTED)], FIGURES, '  '), ...more];
}

function gib(bytes: number | null): string {
  return bytes === null ? '-' : `${(bytes / GIB).toFixed(bytes < 0.1 * GIB ? 3 : 1)} GiB`;
}

function figure(value: number | null, unit: string): string {
  if (value === null) return '-';
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(2) : String(Number(value.toFixed(3)));
  return unit === '' ? text : `${text} ${unit}`;
}
