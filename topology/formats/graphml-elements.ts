import type { Network, PerDirection } from '../model.ts';
import { NETWORK_FORMAT, type ValidatedNetwork, validateNetwork } from './detour-network.ts';

/** A graph, a node or an edge of a graph file, with its data by attribute name. */
export interface GraphElement {
  readonly attributes: ReadonlyMap<string, string>;
  readonly data: Map<string, string>;
}

export interface AttributedGraph {
  readonly graph: GraphElement;
  readonly nodes: GraphElement[];
  readonly edges: GraphElement[];
}

/** One attribute of nodes or edges as a graph file declares it. */
export interface GraphAttribute<T> {
  readonly name: string;
  readonly type: 'string' | 'double';
  /** Its text; null where the element has none. */
  readonly of: (element: T) => string | null;
}

/**
 * What goes out of a node besides id and label. Management addresses and the places of credentials stay at home: a
 * drawing is passed on.
 */
export const NODE_ATTRIBUTES: readonly GraphAttribute<Network['nodes'][number]>[] = [
  { name: 'Latitude', type: 'double', of: (node) => textOf(node.lat) },
  { name: 'Longitude', type: 'double', of: (node) => textOf(node.lon) },
  { name: 'tier', type: 'string', of: (node) => node.tier },
  { name: 'mass', type: 'double', of: (node) => textOf(node.mass) },
];

type LinkFigure = 'capacityBps' | 'latencyMs' | 'metric';
const FIGURES: readonly LinkFigure[] = ['capacityBps', 'latencyMs', 'metric'];
type NetworkLink = Network['links'][number];

/** What goes out of a link: one attribute where both directions are equal, else one for each (`metric.az`). */
export const LINK_ATTRIBUTES: readonly GraphAttribute<NetworkLink>[] = [
  ...FIGURES.flatMap(figureAttributes),
  { name: 'srlgs', type: 'string', of: (link) => (link.srlgs.length > 0 ? JSON.stringify(link.srlgs) : null) },
  { name: 'aInterface', type: 'string', of: (link) => link.aInterface },
  { name: 'zInterface', type: 'string', of: (link) => link.zInterface },
];

function figureAttributes(figure: LinkFigure): GraphAttribute<NetworkLink>[] {
  const isEven = ({ az, za }: PerDirection<number>) => az === za;
  return [
    { name: figure, type: 'double', of: (link) => (isEven(link[figure]) ? String(link[figure].az) : null) },
    { name: `${figure}.az`, type: 'double', of: (link) => (isEven(link[figure]) ? null : String(link[figure].az)) },
    { name: `${figure}.za`, type: 'double', of: (link) => (isEven(link[figure]) ? null : String(link[figure].za)) },
  ];
}

function textOf(value: number | null): string | null {
  return value === null ? null : String(value);
}

/** What goes out of the network itself. */
export function graphData(network: Network): { format: string; name: string; srlgs: string } {
  return { format: NETWORK_FORMAT, name: network.name, srlgs: JSON.stringify(network.srlgs) };
}

/** True where Detour wrote the graph, so that everything in it means what ours means. */
export function isOurs(graph: AttributedGraph): boolean {
  return graph.graph.data.get('format') === NETWORK_FORMAT;
}

/** The network that Detour wrote out. Throws INVALID_NETWORK where it was damaged since. */
export function networkOf(graph: AttributedGraph): ValidatedNetwork {
  const top = graph.graph.data;
  return validateNetwork({
    format: NETWORK_FORMAT,
    name: top.get('name') ?? null,
    nodes: graph.nodes.map(({ attributes, data }) => ({
      id: attributes.get('id') ?? null,
      name: attributes.get('label') ?? data.get('label') ?? null,
      lat: number(data.get('Latitude')),
      lon: number(data.get('Longitude')),
      tier: data.get('tier') ?? null,
      mass: number(data.get('mass')),
    })),
    links: graph.edges.map(({ attributes, data }) => ({
      id: attributes.get('id') ?? null,
      a: attributes.get('source') ?? null,
      z: attributes.get('target') ?? null,
      aInterface: data.get('aInterface') ?? null,
      zInterface: data.get('zInterface') ?? null,
      ...Object.fromEntries(FIGURES.map((figure) => [figure, figureOf(data, figure)])),
      srlgs: list(data.get('srlgs')),
    })),
    srlgs: list(top.get('srlgs')),
  });
}

function figureOf(data: ReadonlyMap<string, string>, figure: LinkFigure): unknown {
  const both = data.get(figure);
  if (both !== undefined) return number(both);
  const [az, za] = [number(data.get(`${figure}.az`)), number(data.get(`${figure}.za`))];
  return az === null && za === null ? null : { az, za };
}

/** A number where the text is one, else the text, so that the complaint about it names it. */
function number(text: string | undefined): number | string | null {
  if (text === undefined) return null;
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? text : value;
}

function list(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
