import { numberOf, textOf, type Varbind } from '../varbind.ts';
import { addressOf } from './addresses.ts';
import { stringsOfIndex } from './names.ts';
import type { LatencyReport } from './report.ts';
import type { Tables } from './tables.ts';

/** CISCO-RTTMON-MIB. */
const RTTMON = '1.3.6.1.4.1.9.9.42.1';
const SLA = { tag: `${RTTMON}.2.1.1.3`, type: `${RTTMON}.2.1.1.4`, target: `${RTTMON}.2.2.1.2` };
const SLA_LATEST = { rttMs: `${RTTMON}.2.10.1.1`, sense: `${RTTMON}.2.10.1.2` };
const JITTER = { count: `${RTTMON}.5.2.1.1`, sumMs: `${RTTMON}.5.2.1.2` };
/** Types of rttMonCtrlAdminRttType that are measured by a train of probes. */
const JITTER_TYPES: ReadonlySet<number | null> = new Set([9, 16]);
/** rttMonLatestRttOperSense, from 0. */
const SENSES = ['other', 'ok', 'disconnected', 'over threshold', 'timeout', 'busy', 'not connected', 'dropped'];
const SENSE_OK = 1;

/** DISMAN-PING-MIB (RFC 4560): pingCtlTargetAddress, pingResultsTable. */
const PING = '1.3.6.1.2.1.80.1';
const PINGED = {
  target: `${PING}.2.1.4`,
  resultTarget: `${PING}.3.1.3`,
  minMs: `${PING}.3.1.4`,
  averageMs: `${PING}.3.1.6`,
  responses: `${PING}.3.1.7`,
};
/** JUNIPER-RPM-MIB: the last sample (us), the average of the last test (us), and how many probes came back. */
const RPM = '1.3.6.1.4.1.2636.3.50.1';
const RPM_SAMPLE = `${RPM}.1.1.2`;
const RPM_SENT = `${RPM}.2.1.2`;
const RPM_RECEIVED = `${RPM}.2.1.3`;
const RPM_AVERAGE = `${RPM}.3.1.5`;
/** jnxRpmResSumCollection: the test that was finished last; jnxRpmResCalcSet: round trip. */
const LAST_TEST = '2';
const ROUND_TRIP = '1';

export const LATENCY_COLUMNS = [
  ...Object.values(SLA),
  ...Object.values(SLA_LATEST),
  ...Object.values(JITTER),
  ...Object.values(PINGED),
  RPM_SAMPLE,
  RPM_SENT,
  RPM_RECEIVED,
  RPM_AVERAGE,
];

/** What the device's own probes measured, best source first. */
export function readLatency(tables: Tables): LatencyReport[] {
  return [...ipSla(tables), ...disman(tables), ...rpm(tables)];
}

/** IP SLA counts only where its last operation went well: else the figure is an old one, or none. */
function ipSla(tables: Tables): LatencyReport[] {
  return [...tables.column(SLA_LATEST.sense)].map(([index, cell]) => {
    const sense = numberOf(cell);
    const type = numberOf(tables.cell(SLA.type, index));
    const latestMs = numberOf(tables.cell(SLA_LATEST.rttMs, index));
    return {
      source: JITTER_TYPES.has(type) ? 'ip-sla-jitter' : 'ip-sla',
      name: textOf(tables.cell(SLA.tag, index)) || index,
      rttMs: sense === SENSE_OK ? (jitterMs(tables, index) ?? latestMs) : null,
      status: SENSES[sense ?? -1] ?? `failed (${sense})`,
      targetAddress: targetOf(tables.cell(SLA.target, index)),
    };
  });
}

/** A train of probes has a mean, which is finer than the whole milliseconds of the last one. */
function jitterMs(tables: Tables, index: string): number | null {
  const count = numberOf(tables.cell(JITTER.count, index));
  const sumMs = numberOf(tables.cell(JITTER.sumMs, index));
  return count === null || sumMs === null || count === 0 ? null : Number((sumMs / count).toFixed(3));
}

function disman(tables: Tables): LatencyReport[] {
  const rows = new Set([PINGED.averageMs, PINGED.responses].flatMap((column) => [...tables.column(column).keys()]));
  return [...rows].map((index) => {
    const responses = numberOf(tables.cell(PINGED.responses, index)) ?? 0;
    const averageMs = numberOf(tables.cell(PINGED.averageMs, index)) ?? numberOf(tables.cell(PINGED.minMs, index));
    return {
      source: 'disman-ping',
      name: stringsOfIndex(index).join(' ') || index,
      rttMs: responses > 0 ? averageMs : null,
      status: responses > 0 ? 'ok' : 'no response',
      targetAddress: targetOf(tables.cell(PINGED.target, index)) ?? targetOf(tables.cell(PINGED.resultTarget, index)),
    };
  });
}

/** Rows are `owner.test` in the samples, with the collection behind it in the summary. */
function rpm(tables: Tables): LatencyReport[] {
  return [...tables.column(RPM_SENT)].flatMap(([index, sent]) => {
    if (!index.endsWith(`.${LAST_TEST}`)) return [];
    const test = index.slice(0, -LAST_TEST.length - 1);
    const received = numberOf(tables.cell(RPM_RECEIVED, index)) ?? 0;
    const us =
      numberOf(tables.cell(RPM_AVERAGE, `${index}.${ROUND_TRIP}`)) ??
      numberOf(tables.cell(RPM_SAMPLE, `${test}.${ROUND_TRIP}`));
    const lost = (numberOf(sent) ?? 0) - received;
    return {
      source: 'juniper-rpm',
      name: stringsOfIndex(test).join(' ') || test,
      rttMs: received > 0 && us !== null ? us / 1000 : null,
      status: rpmStatus(received, lost, us),
      targetAddress: targetOf(tables.cell(PINGED.target, test)),
    };
  });
}

function rpmStatus(received: number, lost: number, us: number | null): string {
  if (received === 0) return 'no response';
  if (us === null) return 'answered, but the device tells no round trip';
  return lost > 0 ? `${lost} of ${received + lost} probes lost` : 'ok';
}

/** Targets are octets on some systems and text on others. */
function targetOf(cell: Varbind | undefined): string | null {
  if (cell?.type === 'ip') return cell.value;
  if (cell?.type !== 'octets') return null;
  return addressOf(cell.value) ?? (textOf(cell) || null);
}
