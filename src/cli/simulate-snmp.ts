import { loadDemands, loadNetwork } from '../../topology/files.ts';
import type { Config } from '../config/schema.ts';
import { startSimulatedAgents } from '../main/simulated-agents.ts';
import type { TruthRecord } from '../store/store.ts';
import { loadScenario } from '../telemetry/simulator/scenario.ts';
import type { AgentAddress } from './arguments.ts';
import { print, printJson } from './output.ts';

export interface SnmpSimulationFlags {
  readonly writeNetwork: string;
  readonly host: string;
  readonly basePort: number;
  readonly credentials?: string;
  readonly trapTo?: AgentAddress;
  readonly json?: boolean;
}

/** `detour simulate --snmp`: every router answers on loopback until SIGINT or SIGTERM. */
export async function simulateAgents(config: Config, flags: SnmpSimulationFlags): Promise<void> {
  const { network } = await loadNetwork(config.network);
  const demands = config.demands === null ? null : (await loadDemands(config.demands, network)).demands;
  const agents = await startSimulatedAgents({
    network,
    demands,
    scenario: await loadScenario(config.scenario),
    seed: config.seed,
    speed: config.speed,
    host: flags.host,
    basePort: flags.basePort,
    networkFile: flags.writeNetwork,
    credentials: flags.credentials ?? null,
    trapTo: flags.trapTo ?? null,
    env: process.env,
    onFault: (fault) => (flags.json ? printJson(fault) : print(describe(fault))),
    onWarning: (message) => process.stderr.write(`${message}\n`),
  });
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const { nodes } = agents.network;
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (flags.json) {
    printJson({ ready: true, routers: nodes.length, network: flags.writeNetwork });
  } else {
    print(`${nodes.length} routers answer SNMP at ${flags.host}:${first?.snmpPort} to ${last?.snmpPort}`);
    print(`  poll them  detour run --network ${flags.writeNetwork} --roles poll,score,work,api`);
    print(`  look at one  detour poll ${flags.host}:${first?.snmpPort} --credentials ${first?.credentials}`);
  }
  await ended;
  const requests = agents.requests();
  await agents.stop();
  if (flags.json) printJson({ stopped: true, requests });
  else print(`stopped after ${requests} requests`);
}

function describe({ kind, phase, links, details }: TruthRecord): string {
  const where = links.length > 0 ? links.join(', ') : JSON.stringify(details);
  return `${phase === 'begin' ? 'fault' : 'over '} ${kind}: ${where}`;
}
