import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { networkToJson } from '../../topology/formats/detour-network.ts';
import type { Demand, Network } from '../../topology/model.ts';
import { DetourError } from '../core/errors.ts';
import type { TruthRecord } from '../store/store.ts';
import { createEngine } from '../telemetry/simulator/engine.ts';
import { Pacing, stepSeconds, TICK_MS } from '../telemetry/simulator/pacing.ts';
import type { Scenario } from '../telemetry/simulator/scenario-schema.ts';
import { AgentFleet } from '../telemetry/snmp/agent/fleet.ts';
import { agentCredentials } from '../telemetry/snmp/agent-credentials.ts';
import { resolveCredentials } from '../telemetry/snmp/credentials.ts';

export interface SimulatedAgentsOptions {
  readonly network: Network;
  readonly demands: readonly Demand[] | null;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly speed: number;
  readonly host: string;
  /** Port of the first router; 0 takes free ones. */
  readonly basePort: number;
  /** Where the network file with addresses and ports is written. */
  readonly networkFile: string;
  /** `env:NAME` or `file:PATH`; null makes up a community in a file of its own beside the network file. */
  readonly credentials: string | null;
  /** Where the routers send traps when a link goes down or up; null sends none. */
  readonly trapTo: { readonly host: string; readonly port: number } | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onFault: (fault: TruthRecord) => void;
  readonly onWarning: (message: string) => void;
}

export interface SimulatedAgents {
  readonly network: Network;
  /** Packets received by all agents. */
  requests(): number;
  stop(): Promise<void>;
}

/**
 * Makes every router of a simulated network answer as an SNMP agent, and writes the network file that a poller needs.
 * @throws DetourError PORT_TAKEN, SNMP_CREDENTIALS, FILE_UNREADABLE
 */
export async function startSimulatedAgents(options: SimulatedAgentsOptions): Promise<SimulatedAgents> {
  const { network, demands, scenario, seed, speed, host, basePort, trapTo } = options;
  const reference = options.credentials ?? (await makeCommunity(options.networkFile));
  const secret = await resolveCredentials(reference, { env: options.env, onWarning: options.onWarning });
  const fleet = new AgentFleet({ network, host, basePort, credentials: [agentCredentials(secret)], reference, trapTo });
  await fleet.start();
  const polled = fleet.polledNetwork();
  try {
    await write(options.networkFile, JSON.stringify(networkToJson(polled), null, 2), 0o644);
  } catch (error) {
    await fleet.stop();
    throw error;
  }
  const engine = createEngine({ network, demands, scenario, seed, startMs: Date.now() });
  const pacing = new Pacing(speed, Date.now());
  const timer = setInterval(() => {
    for (let due = pacing.due(Date.now()); due > 0; due -= 1) {
      const { measurements, truth } = engine.step(stepSeconds(speed));
      fleet.count(measurements);
      for (const fault of truth) options.onFault(fault);
    }
  }, TICK_MS);
  const stop = (): Promise<void> => {
    clearInterval(timer);
    return fleet.stop();
  };
  return { network: polled, requests: () => fleet.requests(), stop };
}

async function makeCommunity(networkFile: string): Promise<string> {
  const path = resolve(`${networkFile}.community`);
  await write(path, `${randomBytes(12).toString('hex')}\n`, 0o600);
  return `file:${path}`;
}

async function write(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { mode });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unwritable';
    throw new DetourError('FILE_UNREADABLE', `${path} cannot be written: ${code}`, {
      field: 'writeNetwork',
      value: path,
    });
  }
}
