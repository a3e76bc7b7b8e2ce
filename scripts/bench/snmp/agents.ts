import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import type { Link, Network, NetworkNode } from '../../../topology/model.ts';

export const COMMUNITY = 'bench';
export const community = new Secret(COMMUNITY);

export interface AgentPlan {
  readonly agents: number;
  readonly interfaces: number;
  /** Only what a poll reads: 10 cells an interface; else all of ifTable and ifXTable. */
  readonly lean: boolean;
  /** The first so many never answer, the next so many hold each answer back, while they misbehave. */
  readonly dead: number;
  readonly slow: number;
  readonly slowMs: number;
  /** Share of exchanges that are lost. */
  readonly lossRatio: number;
  readonly seed: number;
}

export interface RunningAgents {
  readonly ports: readonly number[];
  readonly pid: number;
  /** Whether dead and slow agents are so; they are from the start. */
  misbehave(on: boolean): void;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./agent-process.ts', import.meta.url));
const USUAL: AgentPlan = {
  agents: 1,
  interfaces: 2,
  lean: true,
  dead: 0,
  slow: 0,
  slowMs: 0,
  lossRatio: 0,
  seed: 1,
};

/** Starts agents in a process of their own. */
export async function startAgents(plan: Partial<AgentPlan>): Promise<RunningAgents> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify({ ...USUAL, ...plan })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)),
    exited.then(() => {
      throw new Error('the agents of the bench ended at their start');
    }),
  ]);
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  const misbehave = (on: boolean): void => void child.stdin.write(on ? 'bad\n' : 'good\n');
  return { ports: JSON.parse(line) as number[], pid: child.pid ?? 0, misbehave, stop };
}

/** Runs with agents, and ends them whatever happens. */
export async function withAgents<T>(plan: Partial<AgentPlan>, run: (agents: RunningAgents) => Promise<T>): Promise<T> {
  const agents = await startAgents(plan);
  try {
    return await run(agents);
  } finally {
    await agents.stop();
  }
}

/** Routers in a ring on these ports, two interfaces each. */
export function ringOf(ports: readonly number[]): Network {
  const nodes = ports.map((port, at) => nodeAt(`r${at}`, port));
  const links = ports.map((_, at) => linkAt(`l${at}`, `r${at}`, `r${(at + 1) % ports.length}`));
  return { name: 'bench', nodes, links, srlgs: [] };
}

function nodeAt(id: string, snmpPort: number): NetworkNode {
  const place = { lat: null, lon: null, tier: null, mass: null };
  return { id, name: id, ...place, address: '127.0.0.1', snmpPort, credentials: 'env:BENCH' };
}

function linkAt(id: string, a: string, z: string): Link {
  const both = (value: number) => ({ az: value, za: value });
  return {
    id,
    a,
    z,
    aInterface: 'if1',
    zInterface: 'if2',
    capacityBps: both(1e10),
    latencyMs: both(1),
    metric: both(10),
    srlgs: [],
  };
}
