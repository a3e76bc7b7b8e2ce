import type { Network } from '../model.ts';
import { type GraphAttribute, graphData, LINK_ATTRIBUTES, NODE_ATTRIBUTES } from './graphml-elements.ts';
import { escapeXml } from './xml-text.ts';

const HEAD = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
  '    xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
];

/**
 * The network as GraphML for other tools: coordinates, capacity (bit/s), latency (ms), metric and risk groups as
 * attributes. `readGraphml` gives the same network back, without management addresses.
 */
export function writeGraphml(network: Network): string {
  const top = graphData(network);
  const lines = [
    ...HEAD,
    ...Object.keys(top).map((name) => keyOf('graph', name, 'string')),
    keyOf('node', 'label', 'string'),
    ...NODE_ATTRIBUTES.map(({ name, type }) => keyOf('node', name, type)),
    ...LINK_ATTRIBUTES.map(({ name, type }) => keyOf('edge', name, type)),
    '  <graph id="network" edgedefault="undirected">',
    ...Object.entries(top).map(([name, text]) => `    ${dataOf('graph', name, text)}`),
    ...network.nodes.map((node) => {
      const label = dataOf('node', 'label', node.name);
      return `    <node id="${escapeXml(node.id)}">${label}${allData('node', NODE_ATTRIBUTES, node)}</node>`;
    }),
    ...network.links.map((link) => {
      const ends = `id="${escapeXml(link.id)}" source="${escapeXml(link.a)}" target="${escapeXml(link.z)}"`;
      return `    <edge ${ends}>${allData('edge', LINK_ATTRIBUTES, link)}</edge>`;
    }),
    '  </graph>',
    '</graphml>',
  ];
  return `${lines.join('\n')}\n`;
}

function keyOf(kind: string, name: string, type: string): string {
  return `  <key id="${kind}.${name}" for="${kind}" attr.name="${name}" attr.type="${type}"/>`;
}

function dataOf(kind: string, name: string, text: string): string {
  return `<data key="${kind}.${name}">${escapeXml(text)}</data>`;
}

function allData<T>(kind: string, attributes: readonly GraphAttribute<T>[], element: T): string {
  return attributes
    .map(({ name, of }) => {
      const text = of(element);
      return text === null ? '' : dataOf(kind, name, text);
    })
    .join('');
}
