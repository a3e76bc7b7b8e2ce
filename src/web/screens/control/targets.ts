import type { MaintenanceView, NetworkView } from '../../../api/schemas/screen.ts';

/** What a window drains, as the API takes it. */
export type Targets = Pick<MaintenanceView, 'links' | 'nodes' | 'srlgs'>;

const KINDS = { link: 'links', node: 'nodes', group: 'srlgs' } as const;
type Kind = keyof typeof KINDS;

/** `link:ID`, `node:ID` and `group:ID`, as they stand in a list to choose from and in the address. */
export function targetsOf(values: readonly string[]): Targets {
  const targets = { links: [] as string[], nodes: [] as string[], srlgs: [] as string[] };
  for (const value of values) {
    const colon = value.indexOf(':');
    const kind = value.slice(0, colon);
    if (kind in KINDS) targets[KINDS[kind as Kind]].push(value.slice(colon + 1));
  }
  return targets;
}

/** What can be drained, by kind; names where there are any. */
export function targetOptions({ nodes, links, srlgs }: Pick<NetworkView, 'nodes' | 'links' | 'srlgs'>) {
  const named = new Map(srlgs.map(({ id, name }) => [id, name]));
  const groups = new Set([...named.keys(), ...links.flatMap((link) => link.srlgs)]);
  const label = (id: string, name: string | null | undefined) => (name && name !== id ? `${name} (${id})` : id);
  return [
    { group: 'Links', items: links.map(({ id }) => ({ value: `link:${id}`, label: id })) },
    { group: 'Nodes', items: nodes.map(({ id, name }) => ({ value: `node:${id}`, label: label(id, name) })) },
    {
      group: 'Risk groups',
      items: [...groups].map((id) => ({ value: `group:${id}`, label: label(id, named.get(id)) })),
    },
  ].filter(({ items }) => items.length > 0);
}

const MOST_NAMED = 3;

/** In words: what was named, not every link that follows from it. */
export function targetsText({ links, nodes, srlgs }: Targets): string {
  const named = [...links, ...nodes.map((id) => `node ${id}`), ...srlgs.map((id) => `group ${id}`)];
  const rest = named.length - MOST_NAMED;
  return named.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
