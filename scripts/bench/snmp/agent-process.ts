/** The agents of the bench, in a process of their own: one JSON line with their ports, then silence until it is ended. */
import { createInterface } from 'node:readline';
import { setInterval } from 'node:timers';
import { createRng } from '../../../src/core/rng.ts';
import { SnmpAgent } from '../../../src/telemetry/snmp/agent/agent.ts';
import { MibView, mibEntry } from '../../../src/telemetry/snmp/agent/mib-view.ts';
import { newCounters, routerMib } from '../../../src/telemetry/snmp/agent/router-mib.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { COUNTERS, INTERFACE, SYSTEM } from '../../../src/telemetry/snmp/mib.ts';
import { counter64Element, element, integerElement, TAG } from '../../../src/telemetry/snmp/wire/ber.ts';
import type { AgentPlan } from './agents.ts';

const plan = JSON.parse(process.argv[2] ?? '{}') as AgentPlan;
const rng = createRng(plan.seed);
const startedMs = performance.now();
const uptimeTicks = (): number => 100_000 + Math.floor((performance.now() - startedMs) / 10);

/** Ten cells an interface, and sysUpTime: 21 varbinds for two interfaces. */
function leanMib(interfaces: number): MibView {
  const text = (value: string): Buffer => element(TAG.octets, Buffer.from(value));
  const octets = (): Buffer => counter64Element(BigInt(uptimeTicks()) * 1_000_000n);
  const rows = Array.from({ length: interfaces }, (_, at) => at + 1).flatMap((index) => {
    const cell = (column: string | null, value: Buffer | (() => Buffer)) => mibEntry(`${column}.${index}`, value);
    return [
      cell(INTERFACE.ifName, text(`if${index}`)),
      cell(INTERFACE.ifHighSpeed, integerElement(TAG.gauge32, 10_000)),
      cell(INTERFACE.ifAdminStatus, integerElement(TAG.integer, 1)),
      cell(INTERFACE.ifOperStatus, integerElement(TAG.integer, 1)),
      cell(INTERFACE.ifCounterDiscontinuityTime, integerElement(TAG.timeticks, 0)),
      cell(COUNTERS.inOctets.wide, octets),
      cell(COUNTERS.outOctets.wide, octets),
      cell(COUNTERS.inUnicast.wide, () => counter64Element(BigInt(uptimeTicks()) * 1_000n)),
      cell(COUNTERS.outUnicast.wide, () => counter64Element(BigInt(uptimeTicks()) * 1_000n)),
      cell(COUNTERS.inErrors.narrow, integerElement(TAG.counter32, 0)),
      cell(COUNTERS.inDiscards.narrow, integerElement(TAG.counter32, 0)),
    ];
  });
  return new MibView([
    mibEntry(SYSTEM.sysUpTime, () => integerElement(TAG.timeticks, uptimeTicks())),
    mibEntry(SYSTEM.sysName, text('bench')),
    ...rows,
  ]);
}

function fullMib(interfaces: number): MibView {
  return routerMib(
    {
      sysName: 'bench',
      sysDescr: 'bench agent',
      sysObjectId: '1.3.6.1.4.1.8072.3.2.255',
      number: 1,
      interfaces: Array.from({ length: interfaces }, (_, at) => ({
        name: `HundredGigE0/0/0/${at}`,
        alias: `to router ${at}`,
        speedBps: 100e9,
        counters: { ...newCounters(), inOctets: 123_456_789_012n, outOctets: 98_765_432_109n },
        neighbour: null,
      })),
    },
    uptimeTicks,
  );
}

let misbehaving = true;
createInterface({ input: process.stdin }).on('line', (line) => {
  misbehaving = line === 'bad';
});

/** The objects are the same for all, so they are made once. */
const mib = plan.lean ? leanMib(plan.interfaces) : fullMib(plan.interfaces);
const ports: number[] = [];
for (let at = 0; at < plan.agents; at += 1) {
  const delayMs = (): number | null => {
    if (misbehaving && at < plan.dead) return null;
    if (misbehaving && at < plan.dead + plan.slow) return plan.slowMs;
    return plan.lossRatio > 0 && rng.next() < plan.lossRatio ? null : 0;
  };
  const agent = new SnmpAgent({
    name: `bench ${at}`,
    mib,
    credentials: [{ community: new Secret('bench') }],
    host: '127.0.0.1',
    port: 0,
    delayMs,
  });
  await agent.start();
  ports.push(agent.port);
}
process.stdout.write(`${JSON.stringify(ports)}\n`);
// Sockets keep the process alive; the end of the bench ends its standard input.
process.stdin.on('end', () => process.exit(0));
setInterval(() => undefined, 60_000);
