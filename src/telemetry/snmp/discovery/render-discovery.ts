import { formatBps, formatDuration } from '../../../core/units.ts';
import type { Discovery } from './discover.ts';
import type { LinkJson } from './to-network.ts';

const MAX_LISTED = 30;
const HEADINGS = ['link', 'a', 'z', 'capacity', 'metric', 'sure', 'told by'];

/** The discovery as text for a terminal: what there is, what is different, what was not reached. */
export function renderDiscovery(found: Discovery, file: string | null): string {
  const { network, diff, unreached, cutBy, elapsedMs, devices } = found;
  const answered = devices.filter(({ address }) => address !== null).length;
  const isFirst = diff.addedNodes.length === network.nodes.length;
  const rows = [HEADINGS, ...network.links.map(cellsOf)];
  const widths = HEADINGS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    `${answered} devices answered, ${network.links.length} links, in ${formatDuration(elapsedMs)}`,
    ...(cutBy === null ? [] : [`STOPPED EARLY: ${cutBy}`]),
    '',
    ...table,
    ...section(
      'changes',
      isFirst
        ? []
        : [
            ...diff.addedNodes.map((id) => `new device    ${id}`),
            ...diff.unseenNodes.map((id) => `not seen      ${id}`),
            ...diff.addedLinks.map((id) => `new link      ${id}`),
            ...diff.staleLinks.map((id) => `gone          ${id} (kept, marked as stale)`),
            ...diff.returnedLinks.map((id) => `back          ${id}`),
            ...diff.changes.map(
              ({ id, field, before, after }) => `changed       ${id} ${field}: ${text(before)} -> ${text(after)}`,
            ),
          ],
    ),
    ...section(
      'not reached',
      unreached.map(
        ({ address, name, toldBy, reason }) => `${address ?? '-'} ${name ?? ''} told by ${toldBy}: ${reason}`,
      ),
    ),
    ...section(
      'problems',
      devices.flatMap(({ id, problems }) =>
        problems.map(({ code, oid, message }) => `${id} ${code} ${oid ?? ''} ${message}`),
      ),
    ),
    ...(file === null ? [] : ['', `wrote ${file}`]),
  ].join('\n');
}

function cellsOf(link: LinkJson): string[] {
  const { discovery } = link;
  const assumed = discovery?.assumed.includes('capacityBps') ? '?' : '';
  const sources = [...new Set(discovery?.evidence.map(({ source }) => source) ?? [])];
  return [
    link.id,
    `${link.a} ${link.aInterface ?? '?'}`,
    `${link.z} ${link.zInterface ?? '?'}`,
    typeof link.capacityBps === 'number' ? `${formatBps(link.capacityBps)}${assumed}` : text(link.capacityBps),
    link.metric === undefined ? '-' : text(link.metric),
    discovery === undefined ? '-' : discovery.isStale ? 'STALE' : `${Math.floor(discovery.confidence * 100)} %`,
    sources.join(' ') || '-',
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > MAX_LISTED ? [`  and ${lines.length - MAX_LISTED} more`] : [];
  return ['', `${title}:`, ...lines.slice(0, MAX_LISTED).map((line) => `  ${line}`), ...more];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
