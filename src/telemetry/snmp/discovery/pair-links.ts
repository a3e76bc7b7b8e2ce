import type { InterfaceReport } from '../device/report.ts';
import { type EndRef, type Evidence, SOURCES, type Source } from './evidence.ts';
import type { DiscoveredNode } from './nodes.ts';

export interface LinkEvidence {
  readonly source: Source;
  readonly toldBy: string;
}

export interface LinkEnd {
  readonly node: DiscoveredNode;
  readonly interface: InterfaceReport | null;
  /** What the other end calls this port, where no interface is known by it. */
  readonly port: string | null;
  readonly metric: number | null;
}

/** A link between two devices, with all that speaks for it; end `a` has the smaller node id. */
export interface DiscoveredLink {
  readonly a: LinkEnd;
  readonly z: LinkEnd;
  readonly evidence: readonly LinkEvidence[];
  /** 0 to 1: 1 - product of (1 - weight) over independent words. */
  readonly confidence: number;
}

/** How much one word is worth: what comes over the wire itself most, what people wrote least. */
const WEIGHTS: Readonly<Record<Source, number>> = {
  lldp: 0.9,
  cdp: 0.9,
  isis: 0.7,
  ospf: 0.7,
  'ospf-lsdb': 0.7,
  subnet: 0.6,
  alias: 0.2,
};

interface Draft {
  near: EndRef;
  far: EndRef;
  readonly words: Evidence[];
}

/**
 * Links from evidence. Both ends' words about one wire are one link, whoever spoke; parallel links stay apart because
 * a link is known by its interfaces. Words that name one interface only join a link that has it, or pair up with one
 * from the other side where that is the only way to read them.
 */
export function pairLinks(evidence: readonly Evidence[]): DiscoveredLink[] {
  const lowered = evidence.map(onPhysicalPorts);
  const drafts = new Map<string, Draft>();
  const half: Evidence[] = [];
  for (const word of lowered) {
    if (word.near.ifIndex === null || word.far.ifIndex === null) half.push(word);
    else addWord(drafts, word);
  }
  const lonely = half.filter((word) => !joined(drafts, word));
  for (const draft of halves(lonely)) drafts.set(keyOf(draft.near, draft.far), draft);
  return [...drafts.values()].map(finished).sort((left, right) => compareKeys(linkKey(left), linkKey(right)));
}

function addWord(drafts: Map<string, Draft>, word: Evidence): void {
  const key = keyOf(word.near, word.far);
  const draft = drafts.get(key);
  if (draft) draft.words.push(word);
  else drafts.set(key, { near: word.near, far: word.far, words: [word] });
}

/** Adds a word about one interface to the only link that this interface has with that device. */
function joined(drafts: ReadonlyMap<string, Draft>, word: Evidence): boolean {
  const known = word.near.ifIndex === null ? word.far : word.near;
  const other = word.near.ifIndex === null ? word.near : word.far;
  const matching = [...drafts.values()].filter(({ near, far }) => {
    // A word without any interface is about the two devices only.
    const isKnown = (end: EndRef): boolean => (known.ifIndex === null ? end.node === known.node : isEnd(end, known));
    return (isKnown(near) && far.node === other.node) || (isKnown(far) && near.node === other.node);
  });
  if (matching.length === 1) matching[0]?.words.push(word);
  return matching.length === 1 || (known.ifIndex === null && matching.length > 1);
}

/** What is left, by pair of devices: one interface on each side is a link; else each is a link with one end open. */
function halves(words: readonly Evidence[]): Draft[] {
  const byPair = new Map<string, Evidence[]>();
  for (const word of words.filter(({ source }) => source !== 'alias')) {
    const key = [word.near.node.id, word.far.node.id].sort().join('\n');
    byPair.set(key, [...(byPair.get(key) ?? []), word]);
  }
  return [...byPair.values()].flatMap(draftsOfPair);
}

function draftsOfPair(words: readonly Evidence[]): Draft[] {
  const ends = new Map<string, { end: EndRef; other: DiscoveredNode; words: Evidence[] }>();
  for (const word of words) {
    const end = word.near.ifIndex === null ? word.far : word.near;
    const other = word.near.ifIndex === null ? word.near.node : word.far.node;
    const known = ends.get(endKey(end));
    if (known) known.words.push(word);
    else ends.set(endKey(end), { end, other, words: [word] });
  }
  const [one, two, three] = [...ends.values()];
  if (
    one &&
    two &&
    three === undefined &&
    one.end.node !== two.end.node &&
    one.end.ifIndex !== null &&
    two.end.ifIndex !== null
  ) {
    return [{ near: one.end, far: two.end, words: [...one.words, ...two.words] }];
  }
  return [...ends.values()].map(({ end, other, words: said }) => ({
    near: end,
    far: { node: other, ifIndex: null },
    words: said,
  }));
}

/** Addresses sit on units and aggregates, LLDP speaks per member: both mean the same link. */
function onPhysicalPorts(word: Evidence): Evidence {
  return { ...word, near: lowered(word.near), far: lowered(word.far) };
}

function lowered(end: EndRef): EndRef {
  const { interfaces } = end.node.device;
  const row = interfaces.find(({ ifIndex }) => ifIndex === end.ifIndex);
  if (row === undefined) return end;
  const parentName = /^(.+)\.\d+$/.exec(row.name ?? '')?.[1];
  const parent = interfaces.find(({ name }) => name !== null && name === parentName) ?? row;
  const bundle = interfaces.find(({ aggregate }) => aggregate?.members.includes(parent.ifIndex));
  return { node: end.node, ifIndex: (bundle ?? parent).ifIndex };
}

function finished({ near, far, words }: Draft): DiscoveredLink {
  const isForward = compareKeys(near.node.id, far.node.id) <= 0;
  const [a, z] = isForward ? [near, far] : [far, near];
  const evidence = [
    ...new Map(words.map(({ source, toldBy }) => [`${source}\n${toldBy}`, { source, toldBy }])).values(),
  ];
  evidence.sort(
    (left, right) =>
      SOURCES.indexOf(left.source) - SOURCES.indexOf(right.source) || compareKeys(left.toldBy, right.toldBy),
  );
  const doubt = evidence.reduce((product, { source }) => product * (1 - WEIGHTS[source]), 1);
  const isOpen = near.ifIndex === null || far.ifIndex === null;
  const confidence = Number(((1 - doubt) * (isOpen ? 0.5 : 1)).toFixed(4));
  return { a: linkEnd(a, words), z: linkEnd(z, words), evidence, confidence };
}

function linkEnd(end: EndRef, words: readonly Evidence[]): LinkEnd {
  const metrics = words.flatMap((word) => {
    if (isEnd(word.near, end)) return word.nearMetric ?? [];
    return isEnd(word.far, end) ? (word.farMetric ?? []) : [];
  });
  const port = words.flatMap((word) => (word.far.node === end.node ? (word.farPort ?? []) : []))[0] ?? null;
  const row = end.node.device.interfaces.find(({ ifIndex }) => ifIndex === end.ifIndex) ?? null;
  return { node: end.node, interface: row, port, metric: metrics[0] ?? null };
}

function isEnd(left: EndRef, right: EndRef): boolean {
  return left.node === right.node && left.ifIndex === right.ifIndex;
}

function endKey({ node, ifIndex }: EndRef): string {
  return `${node.id}\n${ifIndex ?? '?'}`;
}

function keyOf(near: EndRef, far: EndRef): string {
  return [endKey(near), endKey(far)].sort().join('\n');
}

function linkKey({ a, z }: DiscoveredLink): string {
  const index = (end: LinkEnd): string => String(end.interface?.ifIndex ?? 0).padStart(10, '0');
  return `${a.node.id}\n${z.node.id}\n${index(a)}\n${index(z)}`;
}

function compareKeys(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
