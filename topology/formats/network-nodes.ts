import { isIP } from 'node:net';
import { type NetworkNode, TIERS } from '../model.ts';
import { type FieldReader, MAX_NAME_LENGTH, noteDuplicate } from './fields.ts';

export const MAX_NODES = 100_000;
export const DEFAULT_SNMP_PORT = 161;

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
/** A secret under its own name in the file is refused, not skipped: it must not lie there at all. */
const SECRET_FIELDS = ['community', 'password', 'secret', 'authKey', 'privKey'] as const;

/** The nodes of a `detour-network/1` file by id. */
export function readNodes(top: FieldReader): Map<string, NetworkNode> {
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
