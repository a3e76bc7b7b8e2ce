import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { COUNTERS, INTERFACE, SYSTEM } from '../../../src/telemetry/snmp/mib.ts';
import { COMMUNITY } from './agents.ts';

/** True when the program is on the PATH. */
export function installed(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** The same 21 objects that our poller asks for, as one GET. */
function exporterConfig(): string {
  const columns = [
    INTERFACE.ifName,
    INTERFACE.ifAdminStatus,
    INTERFACE.ifOperStatus,
    INTERFACE.ifCounterDiscontinuityTime,
    COUNTERS.inOctets.wide,
    COUNTERS.outOctets.wide,
    COUNTERS.inUnicast.wide,
    COUNTERS.outUnicast.wide,
    COUNTERS.inErrors.narrow,
    COUNTERS.inDiscards.narrow,
  ];
  const index = { labelname: 'ifIndex', type: 'gauge' };
  const metrics = columns.map((oid, at) => ({
    name: `bench_column_${at}`,
    oid,
    type: oid === INTERFACE.ifName ? 'DisplayString' : 'counter',
    help: 'one column',
    indexes: [index],
  }));
  const uptime = { name: 'bench_uptime', oid: SYSTEM.sysUpTime.slice(0, -2), type: 'gauge', help: 'uptime' };
  const get = [SYSTEM.sysUpTime, ...columns.flatMap((oid) => [`${oid}.1`, `${oid}.2`])];
  // JSON is YAML.
  return JSON.stringify({ bench: { get, metrics: [uptime, ...metrics], version: 2, auth: { community: COMMUNITY } } });
}

/** Polls per second of CPU of prometheus-snmp-exporter; null when it is not installed. */
export async function exporterPollsPerCpuSecond(ports: readonly number[], forMs: number): Promise<number | null> {
  if (!installed('prometheus-snmp-exporter')) return null;
  const folder = await mkdtemp(join(tmpdir(), 'detour-bench-exporter-'));
  const configFile = join(folder, 'snmp.yml');
  await writeFile(configFile, exporterConfig());
  const port = await freePort();
  const child = spawn(
    'prometheus-snmp-exporter',
    [`--config.file=${configFile}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  try {
    await listening(agent, port, ports[0] ?? 0);
    await scrapeAll(agent, port, ports, 2_000);
    const before = await cpuSeconds(child);
    const polls = await scrapeAll(agent, port, ports, forMs);
    return polls / ((await cpuSeconds(child)) - before);
  } finally {
    agent.destroy();
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

async function listening(agent: Agent, port: number, target: number): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const body = await scrape(agent, port, target).catch(() => '');
    if (body.includes('bench_column_9')) return;
    await pause(100);
  }
  throw new Error('prometheus-snmp-exporter does not read the agent');
}

async function scrapeAll(agent: Agent, port: number, ports: readonly number[], forMs: number): Promise<number> {
  const endMs = performance.now() + forMs;
  let polls = 0;
  const lanes = Array.from({ length: 20 }, async (_, first) => {
    for (let at = first; performance.now() < endMs; at += 20) {
      await scrape(agent, port, ports[at % ports.length] as number);
      polls += 1;
    }
  });
  await Promise.all(lanes);
  return polls;
}

function scrape(agent: Agent, port: number, target: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const path = `/snmp?module=bench&target=127.0.0.1:${target}`;
    const outgoing = request({ agent, host: '127.0.0.1', port, path }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(body);
        else reject(new Error(`the exporter answered ${answer.statusCode}: ${body.slice(0, 200)}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

/** User and system time of a process by proc(5), which counts in ticks of 1/100 s. */
export async function cpuSeconds({ pid }: Pick<ChildProcess, 'pid'>): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Time of one snmpbulkwalk, ms; numeric output to /dev/null. */
export function bulkwalkMs(port: number, repetitions: number, oid: string): Promise<number> {
  const args = ['-v2c', '-c', COMMUNITY, '-On', `-Cr${repetitions}`, `127.0.0.1:${port}`, oid];
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn('snmpbulkwalk', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, MIBS: '' },
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(performance.now() - startMs);
      else reject(new Error(`snmpbulkwalk ended with ${code}`));
    });
  });
}
