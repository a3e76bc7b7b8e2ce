import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import type { DeviceReport } from '../../../src/telemetry/snmp/device/report.ts';
import { pollOnce } from '../../../src/telemetry/snmp/poll-once.ts';
import * as librenms from '../../testbed/replay/librenms.ts';
import { ReplayAgent } from '../../testbed/replay/replay-agent.ts';
import { Recording } from '../../testbed/replay/snmprec.ts';
import { type Bench, type Measure, measure } from '../harness.ts';

/** Recorded walks of real devices, and what LibreNMS makes of them; not part of Detour. */
const DATA = process.env.DETOUR_SNMP_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data', 'snmp');
/** Recordings of agents that break the rules: they must end, with what could be read and a reason. */
const BROKEN: ReadonlySet<string> = new Set(['iosxe', 'arista_eos_7280r', 'slxos_slx9150', 'timos_7750', 'procurve']);
const DEADLINE_MS = 60_000;
const MUST_SHARE = 90;

/**
 * Plays every recording and compares what we read with LibreNMS's reading. `DETOUR_SNMP_DATA` names another folder
 * with `recordings/` and `expected/`.
 */
export const bench: Bench = {
  name: 'decode',
  summary: 'recorded real devices, read by us and by LibreNMS: what share of its values we have too',
  run: async function* ({ signal }) {
    const files = existsSync(DATA)
      ? (await readdir(join(DATA, 'recordings'))).filter((file) => file.endsWith('.snmprec'))
      : [];
    if (files.length === 0) process.stderr.write(`decode: there are no recordings in ${DATA}\n`);
    const totals = new Map<string, { matched: number; expected: number }>();
    for (const file of files.sort()) {
      if (signal.aborted) return;
      const name = basename(file, '.snmprec');
      const report = await play(name);
      yield figure(`${name}: elapsed`, report.elapsedMs, 'ms', 'lower', DEADLINE_MS);
      const data = await expectedOf(name);
      if (data !== null) yield* compared(name, report, data, totals);
    }
    for (const [what, { matched, expected }] of totals) {
      yield figure(
        `all: ${what}`,
        (100 * matched) / expected,
        '%',
        'higher',
        what.startsWith('neighbours') ? 100 : MUST_SHARE,
      );
    }
  },
};

async function play(name: string): Promise<DeviceReport> {
  const recording = new Recording(await readFile(join(DATA, 'recordings', `${name}.snmprec`), 'utf8'));
  const agent = await new ReplayAgent(new Map([[name, recording]])).start();
  try {
    return await pollOnce({
      address: '127.0.0.1',
      port: agent.port,
      community: new Secret(name),
      timeoutMs: 2_000,
      deadlineMs: DEADLINE_MS,
    });
  } finally {
    agent.stop();
  }
}

async function expectedOf(name: string): Promise<librenms.LibrenmsData | null> {
  const path = join(DATA, 'expected', `${name}.json`);
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as librenms.LibrenmsData) : null;
}

function* compared(
  name: string,
  report: DeviceReport,
  data: librenms.LibrenmsData,
  totals: Map<string, { matched: number; expected: number }>,
): Iterable<Measure> {
  const neighbours = librenms.compareNeighbours(report, data);
  const tallies: readonly (readonly [string, librenms.Tally, number])[] = [
    ['ports', librenms.comparePorts(report, data), 100],
    ['cpu', librenms.compareCpu(report, data), MUST_SHARE],
    ['memory', librenms.compareMemory(report, data), MUST_SHARE],
    ['sensors', librenms.compareSensors(report, data), MUST_SHARE],
    ['latency', librenms.compareLatency(report, data), MUST_SHARE],
    ['neighbours recall', neighbours.recall, 100],
    ['neighbours precision', neighbours.precision, 100],
  ];
  for (const [what, tally, must] of tallies) {
    if (tally.expected === 0) continue;
    const share = (100 * tally.matched) / tally.expected;
    yield figure(`${name}: ${what} of ${tally.expected}`, share, '%', 'higher', BROKEN.has(name) ? undefined : must);
    for (const { what: where, expected, got } of tally.differences.slice(0, 5)) {
      process.stderr.write(`${name} ${where}: LibreNMS ${JSON.stringify(expected)}, Detour ${JSON.stringify(got)}\n`);
    }
    const total = totals.get(what) ?? { matched: 0, expected: 0 };
    totals.set(what, { matched: total.matched + tally.matched, expected: total.expected + tally.expected });
  }
}

function figure(
  metric: string,
  value: number,
  unit: string,
  better: 'lower' | 'higher',
  must: number | undefined,
): Measure {
  return measure({ bench: 'decode', metric, value, unit, better, ...(must === undefined ? {} : { must }) });
}
