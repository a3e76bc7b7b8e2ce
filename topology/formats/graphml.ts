import { DetourError } from '../../src/core/errors.ts';
import { NETWORK_FORMAT, type ValidatedNetwork, validateNetwork } from './detour-network.ts';
import { type AttributedGraph, type GraphElement, isOurs, networkOf } from './graphml-elements.ts';
import { DEFAULT_CAPACITY_BPS, DEFAULT_LATENCY_MS, type ImportOptions } from './import-options.ts';
import { MAX_LINKS } from './network-links.ts';
import { MAX_NODES } from './network-nodes.ts';
import { readXml } from './xml.ts';

/** What GraphML does not say. */
export type GraphmlOptions = ImportOptions;

/**
 * Reads GraphML: what `writeGraphml` wrote gives the same network back; of others what the Internet Topology Zoo
 * writes is understood: `Latitude`, `Longitude` and `label` of nodes, `LinkSpeedRaw` (bit/s) of edges. Parallel edges
 * are kept; self-loops are left out with a warning. Throws INVALID_NETWORK.
 */
export function readGraphml(text: string, options: GraphmlOptions): ValidatedNetwork {
  const graph = readGraph(text);
  return isOurs(graph) ? networkOf(graph) : graphNetwork(graph, options);
}

/** The network that a graph of another tool draws. */
export function graphNetwork(graph: AttributedGraph, options: ImportOptions): ValidatedNetwork {
  const ids = nodeIds(graph.nodes);
  const loops = graph.edges.filter((edge) => edge.attributes.get('source') === edge.attributes.get('target')).length;
  const edges = graph.edges.filter((edge) => edge.attributes.get('source') !== edge.attributes.get('target'));
  const placed = new Set(graph.nodes.filter((node) => placeOf(node) !== null).map((node) => node.attributes.get('id')));
  const used = new Set<string>();
  const { network, warnings } = validateNetwork({
    format: NETWORK_FORMAT,
    name: options.name,
    nodes: graph.nodes.map((node, position) => ({
      id: ids.get(node.attributes.get('id') ?? '') ?? `node ${position}`,
      name: label(node) ?? undefined,
      ...placeOf(node),
    })),
    links: edges.map((edge) => {
      const [source, target] = [edge.attributes.get('source') ?? '', edge.attributes.get('target') ?? ''];
      const [a, z] = [ids.get(source) ?? source, ids.get(target) ?? target];
      const speed = numberOf(edge, 'LinkSpeedRaw');
      const isPlaced = placed.has(source) && placed.has(target);
      return {
        id: unused(`${a}--${z}`, used),
        a,
        z,
        capacityBps: speed !== null && speed > 0 ? speed : (options.defaultCapacityBps ?? DEFAULT_CAPACITY_BPS),
        ...(isPlaced ? {} : { latencyMs: options.defaultLatencyMs ?? DEFAULT_LATENCY_MS }),
      };
    }),
  });
  return { network, warnings: loops > 0 ? [...warnings, `self-loops left out: ${loops}`] : warnings };
}

function readGraph(text: string): AttributedGraph {
  const top: GraphElement = { attributes: new Map(), data: new Map() };
  const graph: AttributedGraph = { graph: top, nodes: [], edges: [] };
  /** Names of the data attributes by the ids of their keys. */
  const keys = new Map<string, string>();
  let element = top;
  let dataKey: string | null = null;
  for (const event of readXml(text)) {
    if (event.kind === 'text') {
      addText(element, dataKey, event.text);
    } else if (event.kind === 'close') {
      dataKey = null;
      if (event.name === 'node' || event.name === 'edge') element = top;
    } else {
      element = opened(event, graph, keys) ?? element;
      dataKey = dataKeyOf(event, keys) ?? dataKey;
    }
  }
  return graph;
}

function dataKeyOf(
  { name, attributes }: { readonly name: string; readonly attributes: ReadonlyMap<string, string> },
  keys: ReadonlyMap<string, string>,
): string | null {
  return name === 'data' ? (keys.get(attributes.get('key') ?? '') ?? null) : null;
}

function addText(element: GraphElement, dataKey: string | null, text: string): void {
  if (dataKey !== null) element.data.set(dataKey, (element.data.get(dataKey) ?? '') + text);
}

/** Takes note of an opened element; gives it back when it is a node or an edge. */
function opened(
  { name, attributes }: { readonly name: string; readonly attributes: ReadonlyMap<string, string> },
  graph: AttributedGraph,
  keys: Map<string, string>,
): GraphElement | null {
  if (name === 'key') keys.set(attributes.get('id') ?? '', attributes.get('attr.name') ?? '');
  if (name !== 'node' && name !== 'edge') return null;
  const element: GraphElement = { attributes, data: new Map() };
  const [list, limit] = name === 'node' ? [graph.nodes, MAX_NODES] : [graph.edges, MAX_LINKS];
  if (list.length >= limit) {
    throw new DetourError('INVALID_NETWORK', `more than ${limit} elements "${name}"`, { field: name });
  }
  list.push(element);
  return element;
}

/** Ids for people: the label where it is unique, else label and number. */
function nodeIds(nodes: readonly GraphElement[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const node of nodes) count.set(label(node) ?? '', (count.get(label(node) ?? '') ?? 0) + 1);
  const used = new Set<string>();
  const ids = new Map<string, string>();
  for (const node of nodes) {
    const xmlId = node.attributes.get('id') ?? '';
    if (ids.has(xmlId)) {
      throw new DetourError('INVALID_NETWORK', `node: id must be there and unique, got "${xmlId}"`, { field: 'node' });
    }
    const text = label(node);
    const id = text !== null && count.get(text) === 1 ? text : `${text ?? 'node'} ${xmlId}`;
    ids.set(xmlId, unused(id, used));
  }
  return ids;
}

function unused(wanted: string, used: Set<string>): string {
  let id = wanted;
  for (let number = 2; used.has(id); number += 1) id = `${wanted}--${number}`;
  used.add(id);
  return id;
}

function label(node: GraphElement): string | null {
  const text = (node.data.get('label') ?? '').trim().slice(0, 50).trim();
  return text === '' || text === 'None' ? null : text;
}

function placeOf(node: GraphElement): { lat: number; lon: number } | null {
  const [lat, lon] = [numberOf(node, 'Latitude'), numberOf(node, 'Longitude')];
  return lat === null || lon === null ? null : { lat, lon };
}

function numberOf(element: GraphElement, name: string): number | null {
  const text = element.data.get(name)?.trim() ?? '';
  const value = Number(text);
  return text === '' || !Number.isFinite(value) ? null : value;
}
