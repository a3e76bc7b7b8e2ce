import type { Network } from '../model.ts';
import { type GraphAttribute, graphData, LINK_ATTRIBUTES, NODE_ATTRIBUTES } from './graphml-elements.ts';
import { escapeXml } from './xml-text.ts';

/**
 * The network as GEXF 1.3 (Gephi): coordinates, capacity (bit/s), latency (ms), metric and risk groups as
 * attributes. `readGexf` gives the same network back, without management addresses.
 */
export function writeGexf(network: Network): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gexf xmlns="http://gexf.net/1.3" version="1.3">',
    // The only place that GEXF has for what belongs to the graph as a whole.
    `  <meta><creator>Detour</creator><description>${escapeXml(JSON.stringify(graphData(network)))}</description></meta>`,
    '  <graph defaultedgetype="undirected" mode="static">',
    ...declared('node', NODE_ATTRIBUTES),
    ...declared('edge', LINK_ATTRIBUTES),
    '    <nodes>',
    ...network.nodes.map((node) => {
      const head = `<node id="${escapeXml(node.id)}" label="${escapeXml(node.name)}">`;
      return `      ${head}${values(NODE_ATTRIBUTES, node)}</node>`;
    }),
    '    </nodes>',
    '    <edges>',
    ...network.links.map((link) => {
      const ends = `id="${escapeXml(link.id)}" source="${escapeXml(link.a)}" target="${escapeXml(link.z)}"`;
      return `      <edge ${ends}>${values(LINK_ATTRIBUTES, link)}</edge>`;
    }),
    '    </edges>',
    '  </graph>',
    '</gexf>',
  ];
  return `${lines.join('\n')}\n`;
}

function declared<T>(kind: string, attributes: readonly GraphAttribute<T>[]): string[] {
  return [
    `    <attributes class="${kind}">`,
    ...attributes.map(({ name, type }) => `      <attribute id="${name}" title="${name}" type="${type}"/>`),
    '    </attributes>',
  ];
}

function values<T>(attributes: readonly GraphAttribute<T>[], element: T): string {
  const found = attributes.map(({ name, of }) => [name, of(element)] as const).filter(([, text]) => text !== null);
  const list = found.map(([name, text]) => `<attvalue for="${name}" value="${escapeXml(text as string)}"/>`);
  return list.length > 0 ? `<attvalues>${list.join('')}</attvalues>` : '';
}
