import { formatBps, formatDuration } from '../../../core/units.ts';
import { renderAggregates, renderHealth, renderLatency, renderNeighbours } from './render-sections.ts';
import { cut, renderTable } from './render-table.ts';
import type { DeviceReport, InterfaceReport } from './report.ts';

const HEADINGS = [
  'index',
  'name',
  'alias',
  'status',
  'speed',
  'in',
  'out',
  'in pkts',
  'out pkts',
  'errors in/out',
  'discards in/out',
];
/** Columns of figures, which stand on the right. */
const RIGHT: ReadonlySet<string> = new Set([
  'index',
  'speed',
  'in',
  'out',
  'in pkts',
  'out pkts',
  'errors in/out',
  'discards in/out',
]);
const MAX_CELL = 28;

/** The report as text for a terminal: who it is, one line per interface, how it feels, whom it knows, what went wrong. */
export function renderDevice(report: DeviceReport): string {
  const { sysName, address, sysDescr, sysObjectId, uptimeSeconds, interfaces, problems, managementRttMs } = report;
  const uptime = uptimeSeconds === null ? 'unknown' : formatUptime(uptimeSeconds);
  const head = [
    `${sysName || 'unnamed device'} at ${address}`,
    `  ${cut(sysDescr ?? 'no description', 100)}`,
    `  object id ${sysObjectId ?? 'unknown'}, up for ${uptime}, answers in ${managementRttMs} ms, read in ${formatDuration(report.elapsedMs)}`,
    '',
  ];
  const table =
    interfaces.length === 0 ? ['no interfaces'] : renderTable([HEADINGS, ...interfaces.map(cellsOf)], RIGHT);
  const said = problems.map(({ code, oid, message }) => `  ${code}: ${oid ?? ''} ${message}`);
  return [
    ...head,
    ...table,
    ...renderAggregates(interfaces),
    ...renderHealth(report),
    ...renderNeighbours(report.neighbours),
    ...renderLatency(report.latency),
    ...(said.length > 0 ? ['', 'problems:', ...said] : []),
  ].join('\n');
}

function cellsOf(row: InterfaceReport): string[] {
  const { counters } = row;
  return [
    String(row.ifIndex),
    cut(row.name || row.description || '-', MAX_CELL),
    cut(row.alias || '-', MAX_CELL),
    statusOf(row),
    formatBps(row.speedBps).replace('unknown', '-'),
    octets(counters.inOctets),
    octets(counters.outOctets),
    counters.inPackets ?? '-',
    counters.outPackets ?? '-',
    pair(counters.inErrors, counters.outErrors),
    pair(counters.inDiscards, counters.outDiscards),
  ];
}

/** Shut by its operator is not a fault, so it reads differently from down. */
function statusOf({ adminStatus, operStatus }: InterfaceReport): string {
  return adminStatus === 'down' ? 'shut' : (operStatus ?? 'unknown');
}

/** In and out side by side; `-` where the device has no such counter. */
function pair(inward: string | null, outward: string | null): string {
  return inward === null && outward === null ? '-' : `${inward ?? '-'}/${outward ?? '-'}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

function octets(digits: string | null): string {
  if (digits === null) return '-';
  let rest = Number(digits);
  let unit = 0;
  while (rest >= 999.5 && unit < BYTE_UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 || rest >= 100 ? rest.toFixed(0) : rest.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

function formatUptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days > 0 ? `${days} d ${clock}` : clock;
}
