import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { type RunningService, startService } from '../../src/main/service.ts';
import { AgentFleet } from '../../src/telemetry/snmp/agent/fleet.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { networkToJson } from '../../topology/formats/detour-network.ts';
import type { Network } from '../../topology/model.ts';
import { linkBetween, routerAt } from './snmp-tools.ts';

export const LAB_COMMUNITY = 'lab-readers';

/** A and B joined directly, by C over little capacity, and by D over much: a cut of A-B overloads the way over C. */
export function labNetwork(name: string): Network {
  const link = (a: string, z: string, gigabits: number, metric: number) => ({
    ...linkBetween(`${a}-${z}`, a, z, `to-${z}`, `to-${a}`),
    capacityBps: { az: gigabits * 1e9, za: gigabits * 1e9 },
    metric: { az: metric, za: metric },
  });
  return {
    name,
    nodes: ['A', 'B', 'C', 'D'].map((id) => ({ ...routerAt(id, '127.0.0.1', 161, 'env:LAB'), address: null })),
    links: [
      link('A', 'B', 10, 10),
      link('A', 'C', 1, 10),
      link('C', 'B', 1, 10),
      link('A', 'D', 10, 20),
      link('D', 'B', 10, 20),
    ],
    srlgs: [],
  };
}

/** Agents for the network on free ports of the loopback interface. */
export function labFleet(
  network: Network,
  trapTo: { host: string; port: number } | null,
  members: Readonly<Record<string, number>> = {},
): AgentFleet {
  const credentials = [{ community: new Secret(LAB_COMMUNITY) }];
  return new AgentFleet({
    network,
    host: '127.0.0.1',
    basePort: 0,
    credentials,
    reference: 'env:LAB',
    trapTo,
    members,
  });
}

/** The whole service in this process, polling these agents, with one demand from A to B. */
export async function labService(
  fleet: AgentFleet,
  folder: string,
  settings: Readonly<Record<string, string>>,
  network: Network = fleet.polledNetwork(),
): Promise<RunningService> {
  const [networkFile, demandsFile] = [join(folder, 'network.json'), join(folder, 'demands.json')];
  await writeFile(networkFile, JSON.stringify(networkToJson(network)));
  const demands = [{ id: 'd1', source: 'A', target: 'B', bps: 5e9 }];
  await writeFile(demandsFile, JSON.stringify({ format: 'detour-demands/1', demands }));
  const config = loadConfig(
    {},
    {
      network: networkFile,
      demands: demandsFile,
      roles: 'poll,score,work,api',
      port: '0',
      dataDir: join(folder, 'data'),
      logLevel: 'error',
      ...settings,
    },
  );
  const environment = { LAB: LAB_COMMUNITY };
  return startService({
    config,
    version: 'test',
    environment,
    onFatal: (error) => {
      throw error;
    },
  });
}
