import type { DeviceReport, InterfaceReport } from '../../../src/telemetry/snmp/device/report.ts';

/** One figure of ours against one of LibreNMS's. */
export interface Difference {
  readonly what: string;
  readonly expected: unknown;
  readonly got: unknown;
}

export interface Tally {
  readonly matched: number;
  readonly expected: number;
  readonly differences: readonly Difference[];
}

type Row = Readonly<Record<string, unknown>>;
type Module = Readonly<
  Record<'discovery' | 'poller', Readonly<Record<string, readonly Row[]>> | 'matches discovery' | undefined>
>;
/** What LibreNMS made of a recording, by module. */
export type LibrenmsData = Readonly<Record<string, Module | undefined>>;

/** Rows of the polled state, or of the discovered one where the poll changed nothing. */
function rowsOf(data: LibrenmsData, module: string, table: string): readonly Row[] {
  const found = data[module];
  const polled = typeof found?.poller === 'object' ? found.poller[table] : undefined;
  const discovered = typeof found?.discovery === 'object' ? found.discovery[table] : undefined;
  return polled ?? discovered ?? [];
}

function tally(checks: readonly (Difference | null)[]): Tally {
  const differences = checks.filter((check) => check !== null);
  return { matched: checks.length - differences.length, expected: checks.length, differences };
}

/** Names, aliases, speeds, states and counters of all ports. */
export function comparePorts(report: DeviceReport, data: LibrenmsData): Tally {
  const byIndex = new Map(report.interfaces.map((row) => [row.ifIndex, row]));
  return tally(rowsOf(data, 'ports', 'ports').flatMap((port) => comparePort(port, byIndex.get(Number(port.ifIndex)))));
}

function comparePort(port: Row, row: InterfaceReport | undefined): (Difference | null)[] {
  const id = `port ${String(port.ifIndex)}`;
  if (row === undefined) return [{ what: id, expected: port.ifName, got: 'no such interface' }];
  const check = (field: string, got: unknown, isEqual: boolean): Difference | null =>
    isEqual ? null : { what: `${id} ${field}`, expected: port[field], got };
  const text = (field: string, got: string | null, ...others: (string | null)[]): Difference | null =>
    check(field, got, port[field] === null || [got, ...others].some((own) => sameText(port[field], own)));
  const count = (field: string, got: string | null): Difference | null =>
    check(field, got, port[field] === null || String(port[field]) === got || (got === null && port[field] === 0));
  return [
    text('ifName', row.name, row.description),
    text('ifAlias', row.alias, row.name, row.description),
    text('ifDescr', row.description, row.name),
    check('ifSpeed', row.speedBps, port.ifSpeed === null || Number(port.ifSpeed) === (row.speedBps ?? 0)),
    text('ifOperStatus', row.operStatus),
    text('ifAdminStatus', row.adminStatus),
    count('ifInOctets', row.counters.inOctets),
    count('ifOutOctets', row.counters.outOctets),
    count('ifInErrors', row.counters.inErrors),
    count('ifOutErrors', row.counters.outErrors),
    count('ifInDiscards', row.counters.inDiscards),
    count('ifOutDiscards', row.counters.outDiscards),
  ];
}

function sameText(left: unknown, right: string | null): boolean {
  // LibreNMS reads the text of net-snmp's tools and takes quotes and backslashes for theirs.
  const plain = (text: string): string => text.replace(/["\\]/g, '').replace(/\s+/g, ' ').trim();
  return plain(String(left ?? '')) === plain(right ?? '');
}

const TOLERANCE = 0.01;

/** Within 1 %, and at least within the rounding of the two. */
function isNear(left: number, right: number, slack: number): boolean {
  return Math.abs(left - right) <= Math.max(slack, TOLERANCE * Math.abs(left));
}

/** Takes each of our values at most once. */
class Pool {
  readonly #values: number[];

  constructor(values: readonly number[]) {
    this.#values = [...values];
  }

  take(expected: number, slack: number): boolean {
    let best = -1;
    for (const [at, value] of this.#values.entries()) {
      const isBetter = Math.abs(value - expected) < Math.abs((this.#values[best] ?? Number.NaN) - expected);
      if (isNear(expected, value, slack) && (best < 0 || isBetter)) best = at;
    }
    if (best >= 0) this.#values.splice(best, 1);
    return best >= 0;
  }
}

export function compareCpu(report: DeviceReport, data: LibrenmsData): Tally {
  const pool = new Pool(report.cpu.map(({ percent }) => percent));
  return tally(
    rowsOf(data, 'processors', 'processors').map((row) =>
      pool.take(Number(row.processor_usage), 0.5)
        ? null
        : {
            what: `cpu ${String(row.processor_descr)} ${String(row.processor_oid)}`,
            expected: row.processor_usage,
            got: null,
          },
    ),
  );
}

export function compareMemory(report: DeviceReport, data: LibrenmsData): Tally {
  const bytes = new Pool(report.memory.flatMap(({ usedBytes }) => usedBytes ?? []));
  const percents = new Pool(report.memory.filter(({ usedBytes }) => usedBytes === null).map(({ percent }) => percent));
  return tally(
    rowsOf(data, 'mempools', 'mempools').map((row) =>
      bytes.take(Number(row.mempool_used), 1) || percents.take(Number(row.mempool_perc), 0.5)
        ? null
        : { what: `memory ${String(row.mempool_descr)}`, expected: row.mempool_used, got: null },
    ),
  );
}

/** Sensors are told apart by kind; names are LibreNMS's own. */
export function compareSensors(report: DeviceReport, data: LibrenmsData): Tally {
  const kinds = new Map<string, Pool>();
  for (const kind of new Set(report.sensors.map((sensor) => sensor.kind))) {
    kinds.set(
      kind,
      new Pool(report.sensors.flatMap((row) => (row.kind === kind && row.value !== null ? row.value : []))),
    );
  }
  return tally(
    rowsOf(data, 'sensors', 'sensors').map((row) =>
      kinds.get(String(row.sensor_class))?.take(Number(row.sensor_current), 1e-9)
        ? null
        : {
            what: `${String(row.sensor_class)} ${String(row.sensor_descr)} ${String(row.sensor_oid)}`,
            expected: row.sensor_current,
            got: null,
          },
    ),
  );
}

export interface NeighbourTally {
  /** Of LibreNMS's neighbours. */
  readonly recall: Tally;
  /** Of ours, where LibreNMS has any: those that LibreNMS has too, or that name nobody LibreNMS could name. */
  readonly precision: Tally;
}

/** By protocol, local port, far system and far port. LibreNMS lists only those that name a system. */
export function compareNeighbours(report: DeviceReport, data: LibrenmsData): NeighbourTally {
  const expected = rowsOf(data, 'discovery-protocols', 'links');
  const ours = report.neighbours.filter(({ protocol }) => protocol === 'lldp' || protocol === 'cdp');
  const same = (row: Row, own: (typeof ours)[number]): boolean =>
    row.protocol === own.protocol &&
    (row.ifName === own.localInterface || row.ifDescr === own.localInterface) &&
    sameText(row.remote_hostname, own.remoteSystem) &&
    samePort(String(row.remote_port ?? ''), own.remotePort ?? '');
  const recall = expected.map((row) =>
    ours.some((own) => same(row, own))
      ? null
      : {
          what: `${String(row.protocol)} at ${String(row.ifName)}`,
          expected: [row.remote_hostname, row.remote_port],
          got: null,
        },
  );
  const named = expected.length === 0 ? [] : ours.filter(({ remoteSystem }) => remoteSystem !== null);
  const precision = named.map((own) =>
    expected.some((row) => same(row, own))
      ? null
      : { what: `${own.protocol} at ${own.localInterface}`, expected: null, got: [own.remoteSystem, own.remotePort] },
  );
  return { recall: tally(recall), precision: tally(precision) };
}

/** LibreNMS puts the chassis behind the port in brackets, and MAC addresses with blanks. */
function samePort(librenms: string, own: string): boolean {
  const bare = librenms.replace(/\s*\([0-9a-f]*\)$/, '').trim();
  const hex = (text: string): string => text.replace(/[\s:]/g, '').toLowerCase();
  return bare === own || hex(bare) === hex(own);
}

export function compareLatency(report: DeviceReport, data: LibrenmsData): Tally {
  const pool = new Pool(report.latency.flatMap(({ rttMs }) => rttMs ?? []));
  return tally(
    rowsOf(data, 'slas', 'slas')
      .filter(({ rtt }) => rtt !== null)
      .map((row) =>
        pool.take(Number(row.rtt), 0.5) ? null : { what: `sla ${String(row.sla_nr)}`, expected: row.rtt, got: null },
      ),
  );
}
