import { distanceKm, fibreLatencyMs } from '../geo.ts';
import type { Link, NetworkNode, PerDirection, Srlg } from '../model.ts';
import { type Bounds, FieldReader, MAX_NAME_LENGTH, noteDuplicate } from './fields.ts';
import { Findings } from './findings.ts';

export const MAX_LINKS = 500_000;
const MAX_SRLGS = 500_000;
const MAX_SRLGS_PER_LINK = 64;

/** IGP cost of a link whose file does not name one. */
export const DEFAULT_METRIC = 10;
const CAPACITY: Bounds = { above: 0, max: 1e18 };
/** The widest cost field in use is the TE metric's (32 bits, RFC 3630). */
const METRIC: Bounds = { above: 0, max: 4_294_967_295 };
const LATENCY: Bounds = { min: 0, max: 600_000 };

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
  // What `detour discover` keeps beside a link: evidence, confidence, when it was last seen.
  'discovery',
]);
const SRLG_FIELDS: ReadonlySet<string> = new Set(['id', 'name']);
type Nodes = ReadonlyMap<string, NetworkNode>;

/** The links of a `detour-network/1` file; `srlgs` is null where the file does not list them. */
export function readLinks(top: FieldReader, nodes: Nodes, srlgs: ReadonlyMap<string, Srlg> | null): Link[] {
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

/** The listed risk groups by id. */
export function readSrlgs(top: FieldReader): Map<string, Srlg> {
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
