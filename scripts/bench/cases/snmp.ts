import { loadavg } from 'node:os';
import { type Bench, type Measure, measure } from '../harness.ts';
import { withAgents } from '../snmp/agents.ts';
import { growth } from '../snmp/growth.ts';
import { exporterPollsPerCpuSecond } from '../snmp/peers.ts';
import { hammer, type Load, pollersOf } from '../snmp/pollers.ts';
import { deadAndSlow, everySecond, lossRound } from '../snmp/rounds.ts';
import { walkAgainstBulkwalk, walkLarge } from '../snmp/walking.ts';

const AGENTS = 100;
const LANES = 20;
const RUNS = 3;

/** Every agent runs in a process of its own; the poller is the one of the service, from request to sample. */
export const bench: Bench = {
  name: 'snmp',
  summary: 'the SNMP poller: CPU, polls per second, walks, rounds with loss and dead devices, growth; beside its peers',
  async *run({ full, signal }) {
    yield measure({
      bench: 'snmp',
      metric: 'load-at-start',
      value: loadOfMachine(),
      unit: 'processes',
      better: 'lower',
    });
    for (const part of [pollCost, walkAgainstBulkwalk, walkLarge, everySecond, lossRound, deadAndSlow]) {
      if (signal.aborted) return;
      yield* await part(full);
    }
    yield* growth(signal);
  },
};

/** Mean number of processes that ran or waited to, over the last minute. */
function loadOfMachine(): number {
  return loadavg()[0] ?? Number.NaN;
}

/** One GET with 21 varbinds, two interfaces: sysUpTime and ten cells each. */
async function pollCost(): Promise<Measure[]> {
  return withAgents({ agents: AGENTS }, async ({ ports }) => {
    const pollers = pollersOf(ports, 5_000);
    // The first polls look for the interfaces and compile.
    await hammer(pollers, LANES, 3_000);
    const loads: Load[] = [];
    for (let run = 0; run < RUNS; run += 1) loads.push(await hammer(pollers, LANES, 3_000));
    for (const poller of pollers) poller.close();
    const polls = loads.reduce((sum, load) => sum + load.polls, 0);
    const failed = loads.reduce((sum, load) => sum + load.failed, 0);
    const cpuMs = loads.reduce((sum, load) => sum + load.cpuMs, 0);
    const elapsedMs = loads.reduce((sum, load) => sum + load.elapsedMs, 0);
    const ours = polls / (cpuMs / 1000);
    const theirs = (await exporterPollsPerCpuSecond(ports, 6_000)) ?? Number.NaN;
    const higher = (metric: string, value: number, unit: string, bounds: { must?: number; aim?: number } = {}) =>
      measure({ bench: 'snmp', metric, value, unit, better: 'higher', ...bounds });
    return [
      measure({
        bench: 'snmp',
        metric: 'poll-cpu',
        value: (cpuMs * 1000) / polls,
        unit: 'us',
        better: 'lower',
        must: 150,
        aim: 100,
      }),
      measure({ bench: 'snmp', metric: 'polls-failed', value: failed, unit: 'polls', better: 'lower', must: 0 }),
      higher('polls', polls / (elapsedMs / 1000), 'polls/s', { aim: 10_000 }),
      higher('polls-per-cpu-second', ours, 'polls/s'),
      higher('polls-per-cpu-second-snmp-exporter', theirs, 'polls/s'),
      higher('polls-against-snmp-exporter', ours / theirs, 'x', { must: 3, aim: 5 }),
    ];
  });
}
