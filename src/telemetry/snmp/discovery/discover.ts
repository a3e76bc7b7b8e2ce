import { type Clock, systemClock } from '../../../core/clock.ts';
import type { AgentCredentials } from '../agent-credentials.ts';
import { createSnmpClient } from '../session.ts';
import {
  type CrawlLimits,
  crawl,
  DEFAULT_CRAWL_LIMITS,
  type KnownAgent,
  resolveSeed,
  type Unreached,
} from './crawl.ts';
import type { Device } from './device.ts';
import { gatherEvidence } from './evidence.ts';
import { mergeNetworks, type NetworkDiff } from './merge.ts';
import { NodeFinder, nodesOf } from './nodes.ts';
import { pairLinks } from './pair-links.ts';
import { boundsOf, prefixAround } from './prefix.ts';
import { type NetworkJson, networkOfDiscovery } from './to-network.ts';

export interface DiscoverOptions {
  readonly seed: string;
  readonly port: number;
  readonly agent: AgentCredentials;
  /** `env:NAME` or `file:PATH` for the nodes of the file; null when the credentials came some other way. */
  readonly credentials: string | null;
  /** Prefixes that may be asked; the /16 (IPv6: /48) around the seed when empty. */
  readonly within: readonly string[];
  readonly name: string;
  readonly present: NetworkJson | null;
  readonly limits?: Partial<CrawlLimits>;
  readonly clock?: Clock;
  readonly onDevice?: (device: Device, known: number) => void;
}

export interface DeviceSummary {
  readonly id: string;
  readonly address: string | null;
  readonly interfaces: number;
  readonly neighbours: number;
  readonly problems: readonly { readonly code: string; readonly oid: string | null; readonly message: string }[];
}

export interface Discovery {
  readonly network: NetworkJson;
  readonly diff: NetworkDiff;
  readonly devices: readonly DeviceSummary[];
  readonly unreached: readonly Unreached[];
  readonly cutBy: string | null;
  readonly elapsedMs: number;
}

/**
 * Walks a network from one device and says what it found, against what was known.
 * @throws DetourError when the seed does not answer, or lies outside the bounds.
 */
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const { seed, port, agent, clock = systemClock, name, credentials, present } = options;
  const startMs = clock.nowMs();
  const address = await resolveSeed(seed);
  const bounds = boundsOf(options.within.length > 0 ? options.within : [prefixAround(address)]);
  const walked = await crawl({
    seed: address,
    bounds,
    limits: { ...DEFAULT_CRAWL_LIMITS, ...options.limits },
    clock,
    port,
    known: knownAgents(present),
    connect: (address, port) => createSnmpClient({ address, port, ...agent }, clock),
    ...(options.onDevice ? { onDevice: options.onDevice } : {}),
  });
  const nodes = nodesOf(walked.devices);
  const links = pairLinks(gatherEvidence(nodes, new NodeFinder(nodes)));
  const found = networkOfDiscovery(nodes, links, { name, nowMs: startMs, credentials });
  return {
    ...mergeNetworks(present, found),
    devices: nodes.map(({ id, device }) => ({
      id,
      address: device.address,
      interfaces: device.interfaces.length,
      neighbours: device.neighbours.length,
      problems: device.problems,
    })),
    unreached: walked.unreached,
    cutBy: walked.cutBy,
    elapsedMs: clock.nowMs() - startMs,
  };
}

const SNMP_PORT = 161;

/** The agents of a network file, by what their neighbours may call them. */
function knownAgents(present: NetworkJson | null): KnownAgent[] {
  return (present?.nodes ?? []).flatMap(({ id, name, address, snmpPort }) => {
    if (typeof address !== 'string') return [];
    const names = [id, ...(typeof name === 'string' ? [name] : [])];
    return [{ names, address, port: typeof snmpPort === 'number' ? snmpPort : SNMP_PORT }];
  });
}
