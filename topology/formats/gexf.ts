import { DetourError } from '../../src/core/errors.ts';
import type { ValidatedNetwork } from './detour-network.ts';
import { isObject } from './fields.ts';
import { graphNetwork } from './graphml.ts';
import type { AttributedGraph, GraphElement } from './graphml-elements.ts';
import { isOurs, networkOf } from './graphml-elements.ts';
import type { ImportOptions } from './import-options.ts';
import { MAX_LINKS } from './network-links.ts';
import { MAX_NODES } from './network-nodes.ts';
import { readXml } from './xml.ts';

/**
 * Reads GEXF: what `writeGexf` wrote gives the same network back; of others the labels, `Latitude` and `Longitude` of
 * nodes and `LinkSpeedRaw` (bit/s) of edges are understood. Throws INVALID_NETWORK.
 */
export function readGexf(text: string, options: ImportOptions): ValidatedNetwork {
  const graph = readElements(text);
  return isOurs(graph) ? networkOf(graph) : graphNetwork(graph, options);
}

function readElements(text: string): AttributedGraph {
  const reading = new Reading();
  for (const event of readXml(text)) {
    if (event.kind === 'text') reading.text(event.text);
    else if (event.kind === 'close') reading.close(event.name);
    else reading.open(event.name, event.attributes);
  }
  return reading.graph;
}

type Attributes = ReadonlyMap<string, string>;

class Reading {
  readonly graph: AttributedGraph = { graph: { attributes: new Map(), data: new Map() }, nodes: [], edges: [] };
  /** Titles of the attributes by their ids, of nodes and of edges. */
  readonly #titles = { node: new Map<string, string>(), edge: new Map<string, string>() };
  #declares: 'node' | 'edge' = 'node';
  #element: { readonly of: 'node' | 'edge'; readonly data: Map<string, string> } | null = null;
  #description: string | null = null;

  text(text: string): void {
    if (this.#description !== null) this.#description += text;
  }

  close(name: string): void {
    if (name === 'node' || name === 'edge') this.#element = null;
    if (name !== 'description') return;
    takeDescription(this.#description, this.graph.graph);
    this.#description = null;
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'description') this.#description = '';
    else if (name === 'attributes') this.#declares = attributes.get('class') === 'edge' ? 'edge' : 'node';
    else if (name === 'attribute') this.#declare(attributes);
    else if (name === 'node' || name === 'edge')
      this.#element = { of: name, data: opened(name, attributes, this.graph) };
    else if (name === 'attvalue') this.#note(attributes);
  }

  #declare(attributes: Attributes): void {
    this.#titles[this.#declares].set(attributes.get('id') ?? '', attributes.get('title') ?? '');
  }

  #note(attributes: Attributes): void {
    if (!this.#element) return;
    const title = this.#titles[this.#element.of].get(attributes.get('for') ?? '');
    if (title !== undefined) this.#element.data.set(title, attributes.get('value') ?? '');
  }
}

function opened(
  name: 'node' | 'edge',
  attributes: ReadonlyMap<string, string>,
  graph: AttributedGraph,
): Map<string, string> {
  const [list, limit] = name === 'node' ? [graph.nodes, MAX_NODES] : [graph.edges, MAX_LINKS];
  if (list.length >= limit) {
    throw new DetourError('INVALID_NETWORK', `more than ${limit} elements "${name}"`, { field: name });
  }
  const label = attributes.get('label');
  const data = new Map<string, string>(label === undefined ? [] : [['label', label]]);
  list.push({ attributes, data });
  return data;
}

/** Ours is a JSON object with texts; anything else is prose. */
function takeDescription(text: string | null, into: GraphElement): void {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (!isObject(value)) return;
    for (const [name, entry] of Object.entries(value)) if (typeof entry === 'string') into.data.set(name, entry);
  } catch {
    // Prose.
  }
}
