import { Command, Option } from 'commander';
import { loadDemands, loadNetwork } from '../../topology/files.ts';
import { formatBps, formatRatio } from '../core/units.ts';
import { createEngine, type Engine, type StepResult } from '../telemetry/simulator/engine.ts';
import { loadScenario } from '../telemetry/simulator/scenario.ts';
import { hostAndPort, wholeNumber } from './arguments.ts';
import { addConfigOptions, configFrom } from './config-options.ts';
import { EXIT, type OnExit, print, printJson } from './output.ts';
import { type OfflineFlags, simulateOffline } from './simulate-offline.ts';
import { type SnmpSimulationFlags, simulateAgents } from './simulate-snmp.ts';

const TRAP_PORT = 162;

/** `detour simulate`: the simulator alone, without Redis; nobody heals. */
export function simulateCommand(onExit: OnExit): Command {
  const command = new Command('simulate')
    .description('run the simulator alone, as fast as it goes, and show what happens to the traffic when nobody heals')
    .option('--seconds <number>', 'simulated seconds', wholeNumber('--seconds', 1, 86_400 * 366), 300)
    .option('--every <number>', 'seconds between two lines', wholeNumber('--every', 1, 86_400), 10)
    .option('--samples', 'with --json: print the interface samples of each line too')
    .option('--snmp', 'make every router answer as an SNMP agent, in real time, until stopped')
    .option(
      '--write-network <path>',
      'with --snmp: where the network file with addresses and ports goes',
      'snmp-network.json',
    )
    .option('--host <address>', 'with --snmp: address the agents listen on', '127.0.0.1')
    .option(
      '--base-port <number>',
      'with --snmp: port of the first router; 0 takes free ones',
      wholeNumber('--base-port', 0, 65_000),
      20_161,
    )
    .option(
      '--credentials <reference>',
      'with --snmp: community or JSON of a v3 user, as env:NAME or file:PATH; made up when left out',
    )
    .option(
      '--trap-to <address>',
      'with --snmp: ADDRESS or ADDRESS:PORT that linkDown and linkUp traps go to',
      (text) => hostAndPort(text, TRAP_PORT),
    )
    .option('--offline', 'write days of history as fast as the CPU allows')
    .option('--days <number>', 'with --offline: how many, up to last midnight', wholeNumber('--days', 1, 1000), 1)
    .option('--out <folder>', 'with --offline: make a history of its own there (Parquet, a file a day)')
    .addOption(
      new Option(
        '--into <where>',
        'with --offline: add to the history of this installation, while it does not run',
      ).choices(['history']),
    )
    .option('--json', 'one JSON object a line');
  addConfigOptions(command, ['network', 'demands', 'scenario', 'seed', 'speed', 'dataDir']);
  return command.action(async (flags: SimulateFlags) => {
    const config = configFrom(flags as unknown as Record<string, unknown>);
    if (flags.offline) {
      await simulateOffline(config, flags);
      onExit(EXIT.ok);
      return;
    }
    if (flags.snmp) {
      await simulateAgents(config, flags);
      onExit(EXIT.ok);
      return;
    }
    const { network } = await loadNetwork(config.network);
    const demands = config.demands === null ? null : (await loadDemands(config.demands, network)).demands;
    const scenario = await loadScenario(config.scenario);
    simulate(createEngine({ network, demands, scenario, seed: config.seed, startMs: 0 }), flags);
    onExit(EXIT.ok);
  });
}

interface SimulateFlags extends SnmpSimulationFlags, OfflineFlags {
  readonly offline?: boolean;
  readonly snmp?: boolean;
  readonly seconds: number;
  readonly every: number;
  readonly samples?: boolean;
}

function simulate(engine: Engine, flags: SimulateFlags): void {
  for (let second = 1; second <= flags.seconds; second += 1) {
    const result = engine.step(1);
    if (!flags.json) for (const fault of result.truth) print(describeFault(second, fault));
    if (second % flags.every === 0 || second === flags.seconds) report(second, result, flags);
  }
}

function report(second: number, result: StepResult, flags: SimulateFlags): void {
  const { offeredBps, lostBps } = result.totals;
  if (flags.json) {
    const { truth, totals, measurements } = result;
    printJson({ second, ...totals, truth, ...(flags.samples ? { samples: measurements } : {}) });
    return;
  }
  const down = result.measurements.filter(({ end, operStatus }) => end === 'a' && operStatus !== 'up').length;
  print(
    `${String(second).padStart(7)} s  offered ${formatBps(offeredBps)}  lost ${formatBps(lostBps)} (${formatRatio(lostBps / offeredBps)})  links down ${down}`,
  );
}

function describeFault(second: number, fault: StepResult['truth'][number]): string {
  const where = fault.links.length > 0 ? fault.links.join(', ') : JSON.stringify(fault.details);
  return `${String(second).padStart(7)} s  ${fault.phase === 'begin' ? 'fault' : 'over '} ${fault.kind}: ${where}`;
}
