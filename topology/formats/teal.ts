import { DetourError } from '../../src/core/errors.ts';
import { NETWORK_FORMAT, type ValidatedNetwork, validateNetwork } from './detour-network.ts';
import { FieldReader, isObject } from './fields.ts';
import { Findings } from './findings.ts';
import { DEFAULT_CAPACITY_BPS, DEFAULT_LATENCY_MS, type ImportOptions } from './import-options.ts';
import { parseJson } from './json.ts';
import { MAX_LINKS } from './network-links.ts';
import { MAX_NODES } from './network-nodes.ts';

/** Teal's capacities are Mbit/s. */
const BPS_PER_UNIT = 1e6;

interface Arc {
  readonly source: string;
  readonly target: string;
  /** bit/s; null where the file does not say. */
  readonly bps: number | null;
}

/**
 * Reads Teal's JSON: a directed graph as node-link data (networkx), with `capacity` (Mbit/s) per arc. Arcs of opposite
 * direction make one link, the first with the first; an arc without an opposite one counts for both directions, with a
 * warning. Throws INVALID_NETWORK.
 */
export function readTeal(text: string, options: ImportOptions): ValidatedNetwork {
  const value = parseJson(text, 'INVALID_NETWORK');
  if (!isObject(value) || !Array.isArray(value.nodes) || !(Array.isArray(value.links) || Array.isArray(value.edges))) {
    throw new DetourError('INVALID_NETWORK', 'must be an object with lists "nodes" and "links" (node-link data)');
  }
  const findings = new Findings();
  const top = new FieldReader(value, '', findings);
  const nodes = [...top.objects('nodes', MAX_NODES, true)].map(({ reader }) => nodeName(reader, 'id'));
  const list = Array.isArray(value.links) ? 'links' : 'edges';
  const arcs = [...top.objects(list, 2 * MAX_LINKS, true)].map(({ reader }) => readArc(reader));
  findings.assertNone('INVALID_NETWORK');
  const { links, alone } = paired(arcs.filter(({ source, target }) => source !== target));
  const capacity = (arc: Arc) => arc.bps ?? options.defaultCapacityBps ?? DEFAULT_CAPACITY_BPS;
  const used = new Map<string, number>();
  const { network, warnings } = validateNetwork({
    format: NETWORK_FORMAT,
    name: options.name,
    nodes: nodes.map((id) => ({ id })),
    links: links.map(([there, back]) => ({
      id: linkId(there, used),
      a: there.source,
      z: there.target,
      capacityBps: { az: capacity(there), za: capacity(back) },
      latencyMs: options.defaultLatencyMs ?? DEFAULT_LATENCY_MS,
    })),
  });
  const oneWay = alone > 0 ? [`arcs without an opposite one, taken for both directions: ${alone}`] : [];
  return { network, warnings: [...warnings, ...oneWay] };
}

function linkId({ source, target }: Arc, used: Map<string, number>): string {
  const name = `${source}--${target}`;
  const count = (used.get(name) ?? 0) + 1;
  used.set(name, count);
  return count === 1 ? name : `${name}--${count}`;
}

function readArc(reader: FieldReader): Arc {
  const capacity = reader.number('capacity', { min: 0, max: 1e12 });
  const bps = capacity === null || capacity === 0 ? null : capacity * BPS_PER_UNIT;
  return { source: nodeName(reader, 'source'), target: nodeName(reader, 'target'), bps };
}

/** Nodes are numbers or texts. */
function nodeName(reader: FieldReader, name: string): string {
  const value = reader.get(name);
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : reader.id(name);
}

/** Arcs with the one that goes back, in the order of the file. */
function paired(arcs: readonly Arc[]): { links: (readonly [Arc, Arc])[]; alone: number } {
  const waiting = new Map<string, number[]>();
  const links: [Arc, Arc | null][] = [];
  for (const arc of arcs) {
    const opposite = waiting.get(JSON.stringify([arc.target, arc.source]))?.shift();
    if (opposite !== undefined) {
      (links[opposite] as [Arc, Arc | null])[1] = arc;
      continue;
    }
    const key = JSON.stringify([arc.source, arc.target]);
    const queue = waiting.get(key) ?? [];
    queue.push(links.length);
    waiting.set(key, queue);
    links.push([arc, null]);
  }
  const alone = links.filter(([, back]) => back === null).length;
  return { links: links.map(([there, back]) => [there, back ?? there] as const), alone };
}
