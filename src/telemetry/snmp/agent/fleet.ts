import type { Link, Network } from '../../../../topology/model.ts';
import { DetourError, messageOf } from '../../../core/errors.ts';
import { ENDS, type End } from '../../../core/ids.ts';
import type { Measurement } from '../../sample.ts';
import type { AgentCredentials } from '../agent-credentials.ts';
import { SnmpAgent } from './agent.ts';
import type { LiveMember } from './member-mib.ts';
import {
  type LiveCounters,
  newCounters,
  type RouterDescription,
  type RouterInterface,
  routerMib,
} from './router-mib.ts';
import { linkTrapPdu } from './trap-pdu.ts';

export interface FleetOptions {
  readonly network: Network;
  readonly host: string;
  /** Port of the first router, the others follow; 0 takes free ones. */
  readonly basePort: number;
  readonly credentials: readonly AgentCredentials[];
  /** Where pollers find these credentials: `env:NAME` or `file:PATH`. */
  readonly reference: string;
  /** Where traps go; null sends none. */
  readonly trapTo?: { readonly host: string; readonly port: number } | null;
  /** Ports that both ends of a link are made of, by link id; a link that is not named is no aggregate. */
  readonly members?: Readonly<Record<string, number>>;
}

/** Whether LLDP hears the other end of a link, and its speed. */
export interface Wiring {
  readonly isHeard: boolean;
  readonly speedBps: number;
}

/** An interface of one of the routers. */
interface Port {
  readonly nodeId: string;
  readonly ifIndex: number;
  readonly counters: LiveCounters;
  readonly members: readonly LiveMember[];
}

/** SNMP agents for all routers of a simulated network, in this process. */
export class AgentFleet {
  readonly #options: FleetOptions;
  readonly #ports = new Map<string, Port>();
  #agents: { readonly nodeId: string; readonly agent: SnmpAgent }[] = [];
  readonly #routers = new Map<string, RouterDescription>();
  readonly #wirings = new Map<RouterInterface, Wiring>();
  #bootedAtMs = 0;
  #traps = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Listens on all ports, or on none. @throws DetourError PORT_TAKEN */
  async start(): Promise<void> {
    const { network, host, basePort, credentials } = this.#options;
    this.#bootedAtMs = performance.now();
    const uptimeTicks = (): number => this.#uptimeTicks();
    const interfaces = this.#interfaces();
    for (const [at, { id, name }] of network.nodes.entries()) {
      const description = {
        sysName: id,
        sysDescr: `Simulated router ${name}`,
        sysObjectId: '1.3.6.1.4.1.8072.3.2.255',
        number: at + 1,
        interfaces: interfaces.get(id) ?? [],
      };
      const port = basePort === 0 ? 0 : basePort + at;
      this.#routers.set(id, description);
      const mib = routerMib(description, uptimeTicks);
      const agent = new SnmpAgent({ name: `${network.name} ${id}`, mib, credentials, host, port });
      await this.#startOne(agent, id, port);
    }
  }

  async stop(): Promise<void> {
    const agents = this.#agents;
    this.#agents = [];
    await Promise.all(agents.map(({ agent }) => agent.stop()));
  }

  /** Adds what the simulator measured in one step to the counters. */
  count(measurements: readonly Measurement[]): void {
    for (const measurement of measurements) {
      const port = this.#ports.get(keyOf(measurement.linkId, measurement.end));
      if (!port) continue;
      const wasUp = port.counters.isUp;
      add(port.counters, measurement);
      // What the agent answers changes first: a trap is a reason to ask.
      if (port.counters.isUp !== wasUp) this.#notify(port);
    }
  }

  /** Sets a link's end up or down, as its line card would, and sends the trap. */
  setLink(linkId: string, isUp: boolean): void {
    const ports = ENDS.flatMap((end) => this.#ports.get(keyOf(linkId, end)) ?? []).filter(
      ({ counters }) => counters.isUp !== isUp,
    );
    for (const { counters } of ports) counters.isUp = isUp;
    for (const port of ports) this.#notify(port);
  }

  /** Takes one port of an aggregate away at both ends, or brings it back; the aggregate itself stays up. */
  setMember(linkId: string, number: number, isUp: boolean): void {
    for (const end of ENDS) {
      const member = this.#ports.get(keyOf(linkId, end))?.members[number];
      if (member) member.isUp = isUp;
    }
  }

  /** What the two ends of a link say about it from now on. */
  rewire(linkId: string, wiring: Wiring): void {
    for (const end of ENDS) {
      const port = this.#ports.get(keyOf(linkId, end));
      const router = port && this.#routers.get(port.nodeId);
      if (!router) continue;
      this.#wirings.set(router.interfaces[port.ifIndex - 1] as RouterInterface, wiring);
      const interfaces = router.interfaces.map((entry) => wired(entry, this.#wirings.get(entry)));
      const agent = this.#agents.find(({ nodeId }) => nodeId === port.nodeId)?.agent;
      agent?.become(routerMib({ ...router, interfaces }, () => this.#uptimeTicks()));
    }
  }

  #notify({ nodeId, ifIndex, counters }: Port): void {
    const { trapTo } = this.#options;
    const agent = this.#agents.find((entry) => entry.nodeId === nodeId)?.agent;
    if (!trapTo || !agent) return;
    this.#traps += 1;
    const kind = counters.isUp ? 'linkUp' : 'linkDown';
    agent.notify(linkTrapPdu({ kind, ifIndex, uptimeTicks: this.#uptimeTicks(), requestId: this.#traps }), trapTo);
  }

  #uptimeTicks(): number {
    return Math.floor((performance.now() - this.#bootedAtMs) / 10);
  }

  /** The network with the addresses of its agents: what `detour run` polls. */
  polledNetwork(): Network {
    const { network, host, reference } = this.#options;
    const ports = new Map(this.#agents.map(({ nodeId, agent }) => [nodeId, agent.port]));
    const nodes = network.nodes.map((node) => ({
      ...node,
      address: host,
      snmpPort: ports.get(node.id) ?? node.snmpPort,
      credentials: reference,
    }));
    const links = network.links.map((link) => ({
      ...link,
      aInterface: link.aInterface ?? fallbackName(link.id),
      zInterface: link.zInterface ?? fallbackName(link.id),
    }));
    return { ...network, nodes, links };
  }

  requests(): number {
    return this.#agents.reduce((sum, { agent }) => sum + agent.stats().requests, 0);
  }

  async #startOne(agent: SnmpAgent, nodeId: string, port: number): Promise<void> {
    try {
      await agent.start();
      this.#agents.push({ nodeId, agent });
    } catch (error) {
      await this.stop();
      throw new DetourError('PORT_TAKEN', `UDP port ${port} for router ${nodeId}: ${messageOf(error)}`, {
        field: 'basePort',
        value: port,
        hint: 'choose another --base-port, or 0 for free ones',
      });
    }
  }

  #interfaces(): Map<string, RouterInterface[]> {
    const byNode = new Map<string, RouterInterface[]>();
    for (const link of this.#options.network.links) {
      for (const end of ENDS) {
        const own = end === 'a' ? link.a : link.z;
        const list = byNode.get(own) ?? [];
        byNode.set(own, list);
        list.push(this.#interfaceAt(link, end, list.length + 1));
      }
    }
    return byNode;
  }

  #interfaceAt(link: Link, end: End, ifIndex: number): RouterInterface {
    const [own, far] = end === 'a' ? [link.a, link.z] : [link.z, link.a];
    const names = { a: link.aInterface ?? fallbackName(link.id), z: link.zInterface ?? fallbackName(link.id) };
    const counters = newCounters();
    const count = this.#options.members?.[link.id] ?? 0;
    const members = Array.from({ length: count }, (): LiveMember => ({ isUp: true }));
    this.#ports.set(keyOf(link.id, end), { nodeId: own, ifIndex, counters, members });
    return {
      name: names[end],
      alias: `to ${far}`,
      speedBps: Math.max(link.capacityBps.az, link.capacityBps.za),
      counters,
      neighbour: { system: far, port: names[end === 'a' ? 'z' : 'a'] },
      ...(count > 0 ? { members } : {}),
    };
  }
}

function wired(entry: RouterInterface, wiring: Wiring | undefined): RouterInterface {
  if (wiring === undefined) return entry;
  return { ...entry, speedBps: wiring.speedBps, neighbour: wiring.isHeard ? entry.neighbour : null };
}

function keyOf(linkId: string, end: End): string {
  return `${linkId} ${end}`;
}

function fallbackName(linkId: string): string {
  return `if-${linkId}`;
}

function add(counters: LiveCounters, measured: Measurement): void {
  counters.inOctets += whole(measured.inOctets);
  counters.outOctets += whole(measured.outOctets);
  counters.inPackets += whole(measured.inPackets);
  counters.outPackets += whole(measured.outPackets);
  counters.inErrors += measured.inErrors ?? 0;
  counters.outErrors += measured.outErrors ?? 0;
  counters.inDiscards += measured.inDiscards ?? 0;
  counters.outDiscards += measured.outDiscards ?? 0;
  counters.isUp = measured.operStatus === 'up';
}

function whole(amount: number | null): bigint {
  return BigInt(Math.round(amount ?? 0));
}
