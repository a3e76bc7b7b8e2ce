import { DiscoveryJobs, type DiscoverySummary } from '../../jobs/discovery.ts';
import { networkToJson } from '../../topology/formats/detour-network.ts';
import { DetourError, messageOf } from '../core/errors.ts';
import type { NewEvent } from '../store/events.ts';
import { networkKeys } from '../store/keys.ts';
import { agentCredentials } from '../telemetry/snmp/agent-credentials.ts';
import { resolveCredentials } from '../telemetry/snmp/credentials.ts';
import { changesOf, type TopologyChange } from '../telemetry/snmp/discovery/change-events.ts';
import { type Discovery, discover } from '../telemetry/snmp/discovery/discover.ts';
import type { NetworkJson } from '../telemetry/snmp/discovery/to-network.ts';
import type { Context } from './context.ts';
import type { Service } from './lifecycle.ts';

const SNMP_PORT = 161;
/** One discovery takes no longer than this, and never longer than its interval, ms. */
const LONGEST_MS = 600_000;

/** The job that keeps the topology current; null where no seeds are configured. @throws DetourError INVALID_CONFIG */
export function discoveryJobs(context: Context): Service | null {
  const { config, network, redis, onError } = context;
  if (config.discoverySeeds === null) return null;
  const seeds = config.discoverySeeds.map((text) => seedOf(text, context));
  return new DiscoveryJobs({
    createConnection: () => redis.connect('jobs'),
    prefix: networkKeys(network.network.name).bullPrefix,
    intervalMs: config.discoveryIntervalMinutes * 60_000,
    run: () => discoverAll(context, seeds),
    onError,
  });
}

interface Seed {
  readonly host: string;
  readonly port: number;
  /** `env:NAME` or `file:PATH`. */
  readonly credentials: string;
}

/** `HOST`, `HOST:PORT` or `[IPv6]:PORT`; asked with the credentials of the configuration, or of its node. */
function seedOf(text: string, { config, network }: Context): Seed {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? SNMP_PORT : Number(match[3]);
  if (!host || port < 1 || port > 65_535) {
    throw new DetourError('INVALID_CONFIG', `discoverySeeds: must be ADDRESS or ADDRESS:PORT, got ${text}`, {
      field: 'discoverySeeds',
      value: text,
    });
  }
  const node = network.network.nodes.find(({ address, snmpPort }) => address === host && snmpPort === port);
  const credentials = config.discoveryCredentials ?? node?.credentials ?? null;
  if (credentials !== null) return { host, port, credentials };
  throw new DetourError('INVALID_CONFIG', `discoverySeeds: there are no credentials for ${text}`, {
    field: 'discoverySeeds',
    value: text,
    hint: 'set DETOUR_DISCOVERY_CREDENTIALS to env:NAME or file:PATH',
  });
}

/** One walk from each seed, each on top of what the one before found. A seed that does not answer leaves the others. */
async function discoverAll(context: Context, seeds: readonly Seed[]): Promise<DiscoverySummary> {
  const { store, network, onError } = context;
  let known =
    ((await store.discovered.read()) as NetworkJson | null) ??
    (networkToJson(network.network) as unknown as NetworkJson);
  const changes: TopologyChange[] = [];
  let devices = 0;
  for (const seed of seeds) {
    try {
      const found = await walk(context, seed, known);
      changes.push(...changesOf(found.diff, found.network));
      known = found.network;
      devices += found.devices.length;
    } catch (error) {
      onError(new DetourError('SNMP_TIMEOUT', `discovery from ${seed.host}:${seed.port}: ${messageOf(error)}`));
    }
  }
  if (devices === 0)
    throw new DetourError('SNMP_TIMEOUT', 'no seed of discovery answered', { field: 'discoverySeeds' });
  await store.discovered.write(known);
  const atMs = context.clock.nowMs();
  if (changes.length > 0) await store.events.append(changes.map((change) => eventOf(change, atMs)));
  return { devices, links: known.links.length, changes: changes.length };
}

async function walk(context: Context, seed: Seed, present: NetworkJson): Promise<Discovery> {
  const { config, environment, clock, logger } = context;
  const onWarning = (warning: string): void => logger.warn({ warning }, 'warning');
  const secret = await resolveCredentials(seed.credentials, { env: environment, onWarning });
  return discover({
    seed: seed.host,
    port: seed.port,
    agent: agentCredentials(secret),
    credentials: seed.credentials,
    within: config.discoveryWithin ?? [],
    name: present.name,
    present,
    clock,
    limits: {
      maxDevices: config.discoveryMaxDevices,
      totalMs: Math.min(LONGEST_MS, config.discoveryIntervalMinutes * 60_000),
    },
  });
}

function eventOf({ change, linkId, deviceId, message, details }: TopologyChange, atMs: number): NewEvent {
  return {
    atMs,
    type: 'topology-changed',
    severity: change === 'stale' ? 'warning' : 'info',
    cleared: change === 'returned',
    linkId,
    deviceId,
    proposalId: null,
    message,
    details: { change, ...details },
  };
}
