import { discoveryOf, type LinkJson, type NetworkJson, type NodeJson } from './to-network.ts';

export interface FieldChange {
  readonly id: string;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What is different from the network that was known before. */
export interface NetworkDiff {
  readonly addedNodes: readonly string[];
  readonly unseenNodes: readonly string[];
  readonly addedLinks: readonly string[];
  /** Links that are gone: kept, and marked as stale. */
  readonly staleLinks: readonly string[];
  /** Links that were stale and are back. */
  readonly returnedLinks: readonly string[];
  readonly changes: readonly FieldChange[];
}

export interface Merged {
  readonly network: NetworkJson;
  readonly diff: NetworkDiff;
}

/** What devices know better than a file. Everything else in the file is its owner's. */
const TOLD_BY_DEVICES = ['aInterface', 'zInterface', 'capacityBps', 'metric'] as const;

/**
 * The present network brought up to date: nothing is deleted. Nodes are the same by id, name or address, links by their
 * ends and interfaces. A link that nobody tells of any more turns stale once one of its devices has answered.
 */
export function mergeNetworks(present: NetworkJson | null, found: NetworkJson): Merged {
  if (present === null) return { network: found, diff: diffOf(found.nodes, found.links) };
  const ids = new Map(found.nodes.map((node) => [node.id, idInPresent(node, present.nodes)]));
  const renamed = found.links.map((link) => renamedEnds(link, ids));
  const nodes = [...present.nodes, ...found.nodes.filter(({ id }) => ids.get(id) === id && !hasNode(present, id))];
  const answered = new Set(found.nodes.filter((node) => node.address !== undefined).map(({ id }) => ids.get(id) ?? id));
  const pairs = matchLinks(present.links, renamed);
  const kept = present.links.map((link) => broughtUpToDate(link, pairs.get(link) ?? null, answered));
  const matched = new Set(pairs.values());
  const added = withFreshIds(
    renamed.filter((link) => !matched.has(link)),
    present.links,
  );
  const addedNodes = nodes.filter(({ id }) => !hasNode(present, id)).map(({ id }) => id);
  const was = new Map(present.links.map((link) => [link.id, discoveryOf(link)?.isStale ?? false]));
  const isStale = ({ discovery }: LinkJson): boolean => discovery?.isStale ?? false;
  const diff: NetworkDiff = {
    addedNodes,
    unseenNodes: present.nodes.filter(({ id }) => !new Set(ids.values()).has(id)).map(({ id }) => id),
    addedLinks: added.map(({ id }) => id),
    staleLinks: kept.filter((link) => isStale(link) && !was.get(link.id)).map(({ id }) => id),
    returnedLinks: kept.filter((link) => !isStale(link) && was.get(link.id)).map(({ id }) => id),
    changes: present.links.flatMap((link, at) => changesOf(link, kept[at] ?? link)),
  };
  return { network: { ...present, nodes, links: [...kept, ...added] }, diff };
}

function diffOf(nodes: readonly NodeJson[], links: readonly LinkJson[]): NetworkDiff {
  const addedNodes = nodes.map(({ id }) => id);
  const addedLinks = links.map(({ id }) => id);
  return { addedNodes, unseenNodes: [], addedLinks, staleLinks: [], returnedLinks: [], changes: [] };
}

function hasNode(network: NetworkJson, id: string): boolean {
  return network.nodes.some((node) => node.id === id);
}

function idInPresent(node: NodeJson, present: readonly NodeJson[]): string {
  const samePlace = (other: NodeJson): boolean =>
    node.address !== undefined && other.address === node.address && (other.snmpPort ?? 161) === (node.snmpPort ?? 161);
  const same =
    present.find(samePlace) ??
    present.find(({ id }) => id === node.id) ??
    present.find(({ name }) => name === node.name && name !== undefined);
  return same?.id ?? node.id;
}

/** Ends with their ids in the present network. */
function renamedEnds(link: LinkJson, ids: ReadonlyMap<string, string>): LinkJson {
  return { ...link, a: ids.get(link.a) ?? link.a, z: ids.get(link.z) ?? link.z };
}

/** The link the other way round, ends and directions. */
function turned(link: LinkJson): LinkJson {
  const { aInterface, zInterface, metric, ...rest } = link;
  const both = metric as { az?: unknown; za?: unknown } | number | undefined;
  return {
    ...rest,
    a: link.z,
    z: link.a,
    ...(zInterface === undefined ? {} : { aInterface: zInterface }),
    ...(aInterface === undefined ? {} : { zInterface: aInterface }),
    ...(both === undefined ? {} : { metric: typeof both === 'object' ? { az: both.za, za: both.az } : both }),
  };
}

/** Found links by the present link they are. First by both interfaces, then by one, then the only one of its pair. */
function matchLinks(present: readonly LinkJson[], found: LinkJson[]): Map<LinkJson, LinkJson> {
  const pairs = new Map<LinkJson, LinkJson>();
  const rules: readonly ((known: LinkJson, link: LinkJson) => boolean)[] = [
    (known, link) =>
      known.aInterface === link.aInterface && known.zInterface === link.zInterface && known.aInterface !== undefined,
    (known, link) => agrees(known.aInterface, link.aInterface) && agrees(known.zInterface, link.zInterface),
  ];
  for (const rule of rules) {
    for (const known of present.filter((link) => !pairs.has(link))) {
      const free = found.filter((link) => !isTaken(pairs, link));
      const same = free.filter((link) => isPair(known, link) && rule(known, inOrder(known, link)));
      const [only, second] = same;
      if (only && second === undefined) replace(found, only, inOrder(known, only), known, pairs);
    }
  }
  return pairs;
}

function replace(
  found: LinkJson[],
  link: LinkJson,
  ordered: LinkJson,
  known: LinkJson,
  pairs: Map<LinkJson, LinkJson>,
): void {
  found[found.indexOf(link)] = ordered;
  pairs.set(known, ordered);
}

function isTaken(pairs: ReadonlyMap<LinkJson, LinkJson>, link: LinkJson): boolean {
  return [...pairs.values()].includes(link);
}

function isPair(known: LinkJson, link: LinkJson): boolean {
  return (known.a === link.a && known.z === link.z) || (known.a === link.z && known.z === link.a);
}

function inOrder(known: LinkJson, link: LinkJson): LinkJson {
  return known.a === link.a ? link : turned(link);
}

/** Unknown agrees with everything. */
function agrees(left: string | undefined, right: string | undefined): boolean {
  return left === undefined || right === undefined || left === right;
}

function broughtUpToDate(known: LinkJson, found: LinkJson | null, answered: ReadonlySet<string>): LinkJson {
  if (found?.discovery !== undefined) {
    const before = discoveryOf(known)?.assumed ?? [];
    // A measured latency varies from one walk to the next: it replaces a stand-in, and no figure of the file.
    const wanted = [...TOLD_BY_DEVICES, ...before.filter((field) => field === 'latencyMs')];
    const told = wanted.filter((field) => found[field] !== undefined && !found.discovery?.assumed.includes(field));
    // A stand-in stays one until somebody writes a figure of their own.
    const assumed = found.discovery.assumed.filter((field) => before.includes(field) && known[field] === found[field]);
    return {
      ...known,
      ...Object.fromEntries(told.map((field) => [field, found[field]])),
      discovery: { ...found.discovery, assumed },
    };
  }
  if (!answered.has(known.a) && !answered.has(known.z)) return known;
  const before = discoveryOf(known) ?? { evidence: [], confidence: 0, lastSeenAtMs: 0, isStale: false, assumed: [] };
  return { ...known, discovery: { ...before, isStale: true } };
}

/** Ids of the found links may be taken by others in the present network. */
function withFreshIds(links: readonly LinkJson[], present: readonly LinkJson[]): LinkJson[] {
  const taken = new Set(present.map(({ id }) => id));
  return links.map((link) => {
    const base = `${link.a}-${link.z}`;
    let id = base;
    for (let count = 2; taken.has(id); count += 1) id = `${base}-${count}`;
    taken.add(id);
    return { ...link, id };
  });
}

function changesOf(before: LinkJson, after: LinkJson): FieldChange[] {
  return TOLD_BY_DEVICES.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field])).map(
    (field) => ({
      id: before.id,
      field,
      before: before[field] ?? null,
      after: after[field] ?? null,
    }),
  );
}
