import { systemClock } from '../../../src/core/clock.ts';
import { COUNTERS, INTERFACE } from '../../../src/telemetry/snmp/mib.ts';
import { createSnmpClient } from '../../../src/telemetry/snmp/session.ts';
import { walkColumns } from '../../../src/telemetry/snmp/walk.ts';
import { type Measure, measure, percentile } from '../harness.ts';
import { community, withAgents } from './agents.ts';
import { bulkwalkMs, installed } from './peers.ts';

const REPETITIONS = 10;
const INTERFACES = 200;
const RUNS = 21;
/** All columns of ifTable and ifXTable that the agent has. */
const IF_TABLE = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16, 17, 19, 20].map((at) => `1.3.6.1.2.1.2.2.1.${at}`);
const IF_X_TABLE = [1, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19].map((at) => `1.3.6.1.2.1.31.1.1.1.${at}`);
const TABLES = ['1.3.6.1.2.1.2.2.1', '1.3.6.1.2.1.31.1.1.1'];
/** A subtree without anything: what is left is the start of the process. */
const EMPTY = '1.3.6.1.2.1.99';

async function ourWalk(port: number, columns: readonly string[], rows: number): Promise<number> {
  const client = createSnmpClient({ address: '127.0.0.1', port, community }, systemClock);
  const limits = { maxRows: 20_000, deadlineMs: 60_000, requestMs: 5_000, repetitions: REPETITIONS };
  const startMs = performance.now();
  const result = await walkColumns(client, columns, limits, systemClock);
  const elapsedMs = performance.now() - startMs;
  client.close();
  const cells = [...result.columns.values()].reduce((sum, { size }) => sum + size, 0);
  if (cells !== rows * columns.length)
    throw new Error(`${cells} cells, ${JSON.stringify(result.problems).slice(0, 300)}`);
  return elapsedMs;
}

/** Varbinds per second over both tables of a 200-interface agent, beside snmpbulkwalk; taken in turns. */
export async function walkAgainstBulkwalk(): Promise<Measure[]> {
  return withAgents({ interfaces: INTERFACES, lean: false }, async ({ ports }) => {
    const port = ports[0] as number;
    const columns = [...IF_TABLE, ...IF_X_TABLE];
    const varbinds = columns.length * INTERFACES;
    const hasPeer = installed('snmpbulkwalk');
    const ours: number[] = [];
    const theirs: number[] = [];
    // The first runs also compile, on both sides of the wire; what runs for days does not.
    for (let run = 0; run < 25; run += 1) await ourWalk(port, columns, INTERFACES);
    for (let run = 0; run < RUNS; run += 1) {
      ours.push(await ourWalk(port, columns, INTERFACES));
      if (hasPeer) theirs.push(await bulkwalkTables(port));
    }
    const [us, them] = [varbinds / (percentile(ours, 0.5) / 1000), varbinds / (percentile(theirs, 0.5) / 1000)];
    const row = (metric: string, value: number, unit: string, bounds: { must?: number; aim?: number } = {}) =>
      measure({ bench: 'snmp', metric, value, unit, better: 'higher', ...bounds });
    return [
      row('walk-varbinds', us, 'varbinds/s'),
      row('walk-varbinds-snmpbulkwalk', them, 'varbinds/s'),
      row('walk-against-snmpbulkwalk', us / them, 'x', { must: 1.2, aim: 2 }),
    ];
  });
}

async function bulkwalkTables(port: number): Promise<number> {
  let sumMs = 0;
  for (const table of TABLES) {
    const emptyMs = await bulkwalkMs(port, REPETITIONS, EMPTY);
    sumMs += (await bulkwalkMs(port, REPETITIONS, table)) - emptyMs;
  }
  return sumMs;
}

/** A very large agent: 12 columns of 10,000 interfaces. */
export async function walkLarge(): Promise<Measure[]> {
  const columns = [
    INTERFACE.ifName,
    INTERFACE.ifAlias,
    INTERFACE.ifHighSpeed,
    INTERFACE.ifAdminStatus,
    INTERFACE.ifOperStatus,
    INTERFACE.ifCounterDiscontinuityTime,
    ...[COUNTERS.inOctets, COUNTERS.outOctets, COUNTERS.inUnicast, COUNTERS.outUnicast].flatMap(
      ({ wide }) => wide ?? [],
    ),
    COUNTERS.inErrors.narrow,
    COUNTERS.outDiscards.narrow,
  ];
  return withAgents({ interfaces: 10_000, lean: false }, async ({ ports }) => {
    const elapsedMs = await ourWalk(ports[0] as number, columns, 10_000);
    return [
      measure({
        bench: 'snmp',
        metric: 'walk-10000-interfaces',
        value: elapsedMs / 1000,
        unit: 's',
        better: 'lower',
        must: 5,
        aim: 2,
      }),
    ];
  });
}
