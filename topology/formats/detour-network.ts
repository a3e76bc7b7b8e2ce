import { isIP } from 'node:net';
import { contentHash } from '../../src/core/ids.ts';
import { distanceKm, fibreLatencyMs } from '../geo.ts';
import type { Link, Network, NetworkNode, PerDirection, Srlg } from '../model.ts';
import { TIERS } from '../model.ts';
import { type Bounds, FieldReader, isObject } from './fields.ts';
import { Findings } from './findings.ts';

export const NETWORK_FORMAT = 'detour-network/1';

export const MAX_NODES = 100_000;
export const MAX_LINKS = 500_000;
const MAX_SRLGS = 500_000;
const MAX_SRLGS_PER_LINK = 64;
const MAX_NAME_LENGTH = 200;

/** IGP cost of a link whose file does not name one. */
export const DEFAULT_METRIC = 10;
export const DEFAULT_SNMP_PORT = 161;

const CAPACITY: Bounds = { above: 0, max: 1e18 };
/** The widest cost field in use is the TE metric's (32 bits, RFC 3630). */
const METRIC: Bounds = { above: 0, max: 4_294_967_295 };
const LATENCY: Bounds = { min: 0, max: 600_000 };

const TOP_FIELDS: ReadonlySet<string> = new Set(['format', 'name', 'description', 'nodes', 'links', 'srlgs']);
const NODE_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'lat',
  'lon',
  'tier',
  'mass',
  'address',
  'snmpPort',
  'credentials',
]);
const LINK_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'a',
  'z',
  'aInterface',
  'zInterface',
  'capacityBps',
  'latencyMs',
  'metric',
  'srlgs',
]);
const SRLG_FIELDS: ReadonlySet<string> = new Set(['id', 'name']);
/** A secret under its own name in the file is refused, not skipped: it must not lie there at all. */
const SECRET_FIELDS = ['community', 'password', 'secret', 'authKey', 'privKey'] as const;

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

function readNodes(top: FieldReader): Map<string, NetworkNode> {
  const nodes = new Map<string, NetworkNode>();
  const places = new Map<string, number>();
  for (const { reader, position } of top.objects('nodes', MAX_NODES, true)) {
    const node = readNode(reader);
    if (node.id === '') continue;
    if (noteDuplicate(reader, node.id, places, position, 'nodes')) continue;
    nodes.set(node.id, node);
  }
  const raw = top.get('nodes');
  if (Array.isArray(raw) && raw.length === 0) top.problem('nodes', 'must have at least one node');
  return nodes;
}

function readNode(reader: FieldReader): NetworkNode {
  reader.noteUnknown(NODE_FIELDS);
  for (const name of SECRET_FIELDS) {
    if (reader.get(name) !== null) reader.problem(name, 'must not be in the file; name its place in "credentials"');
  }
  const id = reader.id('id');
  const lat = reader.number('lat', { min: -90, max: 90 });
  const lon = reader.number('lon', { min: -180, max: 180 });
  if ((reader.get('lat') === null) !== (reader.get('lon') === null)) {
    reader.problem(reader.get('lat') === null ? 'lat' : 'lon', 'is missing (lat and lon go together)');
  }
  return {
    id,
    name: reader.text('name', MAX_NAME_LENGTH) ?? id,
    lat,
    lon,
    tier: reader.oneOf('tier', TIERS),
    mass: reader.number('mass', { min: 0, max: 1e15 }),
    address: readAddress(reader),
    snmpPort: reader.number('snmpPort', { min: 1, max: 65_535, integer: true }) ?? DEFAULT_SNMP_PORT,
    credentials: readCredentials(reader),
  };
}

const HOST_NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/;

function readAddress(reader: FieldReader): string | null {
  const address = reader.text('address', 253);
  if (address === null || isIP(address) !== 0 || HOST_NAME.test(address)) return address;
  // `community@host` would be a secret in the message.
  reader.problem('address', 'must be an IP address or a host name', address.includes('@') ? undefined : address);
  return null;
}

/** A reference, never the secret; the value is not repeated in the message because it may be one. */
function readCredentials(reader: FieldReader): string | null {
  const value = reader.get('credentials');
  if (value === null) return null;
  const known = typeof value === 'string' && value.length <= 1024 && !/\p{Cc}/u.test(value);
  if (known && /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/.test(value)) return value;
  reader.problem('credentials', 'must be a reference, env:NAME or file:PATH, never the credentials themselves');
  return null;
}

function readSrlgs(top: FieldReader): Map<string, Srlg> {
  const srlgs = new Map<string, Srlg>();
  const places = new Map<string, number>();
  for (const { reader, position } of top.objects('srlgs', MAX_SRLGS, false)) {
    reader.noteUnknown(SRLG_FIELDS);
    const id = reader.id('id');
    if (id === '' || noteDuplicate(reader, id, places, position, 'srlgs')) continue;
    srlgs.set(id, { id, name: reader.text('name', MAX_NAME_LENGTH) ?? id });
  }
  return srlgs;
}

function derivedSrlgs(links: readonly Link[]): Srlg[] {
  return [...new Set(links.flatMap((link) => link.srlgs))].map((id) => ({ id, name: id }));
}

type Nodes = ReadonlyMap<string, NetworkNode>;

function readLinks(top: FieldReader, nodes: Nodes, srlgs: ReadonlyMap<string, Srlg> | null): Link[] {
  const links: Link[] = [];
  const places = new Map<string, number>();
  for (const { reader, position } of top.objects('links', MAX_LINKS, true)) {
    const link = readLink(reader, nodes, srlgs);
    if (link.id !== '') noteDuplicate(reader, link.id, places, position, 'links');
    links.push(link);
  }
  const raw = top.get('links');
  if (Array.isArray(raw) && raw.length === 0) top.problem('links', 'must have at least one link');
  return links;
}

function readLink(reader: FieldReader, nodes: Nodes, srlgs: ReadonlyMap<string, Srlg> | null): Link {
  reader.noteUnknown(LINK_FIELDS);
  const id = reader.id('id');
  const a = readEnd(reader, 'a', nodes);
  const z = readEnd(reader, 'z', nodes);
  if (a !== '' && a === z) reader.problem('z', 'must be another node than a (a self-loop)', z);
  if (reader.get('capacityBps') === null) reader.problem('capacityBps', 'is missing');
  return {
    id,
    a,
    z,
    aInterface: reader.text('aInterface', MAX_NAME_LENGTH),
    zInterface: reader.text('zInterface', MAX_NAME_LENGTH),
    capacityBps: reader.perDirection('capacityBps', CAPACITY) ?? UNUSABLE,
    latencyMs: readLatency(reader, nodes.get(a), nodes.get(z)),
    metric: reader.perDirection('metric', METRIC) ?? { az: DEFAULT_METRIC, za: DEFAULT_METRIC },
    srlgs: readLinkSrlgs(reader, srlgs),
  };
}

/** Stands in for a figure that was noted as a problem; never leaves this file. */
const UNUSABLE: PerDirection<number> = { az: 0, za: 0 };

function readEnd(reader: FieldReader, end: 'a' | 'z', nodes: Nodes): string {
  const id = reader.id(end);
  if (id === '' || nodes.has(id)) return id;
  reader.problem(end, 'must be the id of a node of this file', id);
  return '';
}

function readLatency(
  reader: FieldReader,
  a: NetworkNode | undefined,
  z: NetworkNode | undefined,
): PerDirection<number> {
  if (reader.get('latencyMs') !== null) return reader.perDirection('latencyMs', LATENCY) ?? UNUSABLE;
  // An unknown end is a problem of its own, already noted.
  if (!a || !z) return UNUSABLE;
  if (a.lat === null || a.lon === null || z.lat === null || z.lon === null) {
    const without = a.lat === null || a.lon === null ? a : z;
    reader.problem('latencyMs', `is missing, and cannot be computed: node "${without.id}" has no lat and lon`);
    return UNUSABLE;
  }
  const latencyMs = fibreLatencyMs(distanceKm({ lat: a.lat, lon: a.lon }, { lat: z.lat, lon: z.lon }));
  return { az: latencyMs, za: latencyMs };
}

function readLinkSrlgs(reader: FieldReader, srlgs: ReadonlyMap<string, Srlg> | null): string[] {
  const ids: string[] = [];
  for (const [position, raw] of reader.list('srlgs', MAX_SRLGS_PER_LINK, false).entries()) {
    const item = new FieldReader({ srlg: raw }, '', new Findings());
    const id = item.id('srlg');
    const field = `srlgs[${position}]`;
    if (id === '') reader.problem(field, 'must be the id of an SRLG', raw);
    else if (srlgs && !srlgs.has(id)) reader.problem(field, 'must be the id of an SRLG of this file', id);
    else if (ids.includes(id)) reader.problem(field, 'is there twice', id);
    else ids.push(id);
  }
  return ids;
}

/** Notes an id that was used before; true when it was. */
function noteDuplicate(
  reader: FieldReader,
  id: string,
  places: Map<string, number>,
  position: number,
  list: string,
): boolean {
  const first = places.get(id);
  if (first === undefined) {
    places.set(id, position);
    return false;
  }
  reader.problem('id', `must be unique, is also the id of ${list}[${first}]`, id);
  return true;
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
