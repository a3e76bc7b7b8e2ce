import { contentHash } from '../../src/core/ids.ts';
import type { Link, Network, NetworkNode, PerDirection, Srlg } from '../model.ts';
import { FieldReader, isObject } from './fields.ts';
import { Findings } from './findings.ts';
import { readLinks, readSrlgs } from './network-links.ts';
import { DEFAULT_SNMP_PORT, readNodes } from './network-nodes.ts';

export const NETWORK_FORMAT = 'detour-network/1';

const TOP_FIELDS: ReadonlySet<string> = new Set([
  'format',
  'name',
  'description',
  'nodes',
  'links',
  'srlgs',
  'diff',
  'discovery',
]);
export interface ValidatedNetwork {
  readonly network: Network;
  /** What is odd but can be lived with; bounded. */
  readonly warnings: readonly string[];
}

/**
 * Checks parsed JSON against `detour-network/1` and builds the network. Where `latencyMs` is missing it is computed
 * from the coordinates of both ends at two thirds of light speed; a missing `metric` is 10; without a list of SRLGs
 * they are the ones that the links name. Throws InvalidFileError (INVALID_NETWORK) with all problems found.
 */
export function validateNetwork(value: unknown): ValidatedNetwork {
  const findings = new Findings();
  if (!isObject(value)) {
    findings.problem('', 'must be an object', value);
    findings.assertNone('INVALID_NETWORK');
  }
  const top = new FieldReader(value as Record<string, unknown>, '', findings);
  if (top.get('format') !== NETWORK_FORMAT) {
    top.problem('format', `must be "${NETWORK_FORMAT}"`, top.get('format') ?? undefined);
    findings.assertNone('INVALID_NETWORK');
  }
  top.noteUnknown(TOP_FIELDS);
  top.text('description', 2000);
  const name = readNetworkName(top);
  const nodes = readNodes(top);
  const declared = top.get('srlgs') === null ? null : readSrlgs(top);
  const links = readLinks(top, nodes, declared);
  findings.assertNone('INVALID_NETWORK');
  warnAboutInterfaces(links, findings);
  const srlgs = declared ? [...declared.values()] : derivedSrlgs(links);
  return { network: { name, nodes: [...nodes.values()], links, srlgs }, warnings: findings.warnings() };
}

/** The name is part of every key in the store, so it has to be plain. */
function readNetworkName(top: FieldReader): string {
  const name = top.id('name');
  if (name !== '' && !/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(name)) {
    top.problem('name', 'must be 1 to 64 letters, digits, ".", "_" or "-", and begin with a letter or digit', name);
  }
  return name;
}

function derivedSrlgs(links: readonly Link[]): Srlg[] {
  return [...new Set(links.flatMap((link) => link.srlgs))].map((id) => ({ id, name: id }));
}

function warnAboutInterfaces(links: readonly Link[], findings: Findings): void {
  const users = new Map<string, string>();
  for (const [position, link] of links.entries()) {
    for (const [end, node, name] of [
      ['a', link.a, link.aInterface],
      ['z', link.z, link.zInterface],
    ] as const) {
      if (name === null) continue;
      const key = JSON.stringify([node, name]);
      const user = users.get(key);
      if (user === undefined) users.set(key, link.id);
      else {
        findings.warn(
          `links[${position}].${end}Interface: "${name}" of node "${node}" is used by link "${user}" already`,
        );
      }
    }
  }
}

/** Identity of a network: 16 hex digits over everything that is in it. */
export function networkHash(network: Network): string {
  return contentHash(network, 16);
}

/** The network as a `detour-network/1` value; `validateNetwork` gives the same network back. */
export function networkToJson(network: Network, description?: string): Record<string, unknown> {
  return {
    format: NETWORK_FORMAT,
    name: network.name,
    ...(description === undefined ? {} : { description }),
    nodes: network.nodes.map(nodeToJson),
    links: network.links.map(linkToJson),
    srlgs: network.srlgs.map(({ id, name }) => ({ id, name })),
  };
}

function nodeToJson(node: NetworkNode): Record<string, unknown> {
  const { snmpPort, ...rest } = node;
  return withoutNulls({ ...rest, snmpPort: snmpPort === DEFAULT_SNMP_PORT ? null : snmpPort });
}

function linkToJson(link: Link): Record<string, unknown> {
  return withoutNulls({
    ...link,
    capacityBps: collapsed(link.capacityBps),
    latencyMs: collapsed(link.latencyMs),
    metric: collapsed(link.metric),
    srlgs: link.srlgs.length > 0 ? link.srlgs : null,
  });
}

function collapsed({ az, za }: PerDirection<number>): number | PerDirection<number> {
  return az === za ? az : { az, za };
}

function withoutNulls(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
