import type { HealthState, LinkView } from '../../../api/schemas/screen.ts';

export const STATES: readonly HealthState[] = ['healthy', 'degraded', 'unhealthy', 'down', 'stale'];

export const ACKNOWLEDGED = ['no', 'yes'] as const;

/** What of the links is shown, and in which order; it lives in the address. */
export interface LinkFilter {
  /** Empty: all. */
  readonly states: readonly HealthState[];
  /** Links in trouble that somebody has acknowledged, or that nobody has; null: all. */
  readonly acknowledged: 'yes' | 'no' | null;
  readonly node: string | null;
  readonly srlg: string | null;
  readonly q: string;
  readonly sort: LinkSort;
}

export const LINK_SORTS = ['id', 'state', 'score', 'az', 'za', 'latency', 'loss', 'risk', 'peak', 'since'] as const;
export type SortName = (typeof LINK_SORTS)[number];

export interface LinkSort {
  readonly name: SortName;
  readonly descending: boolean;
}

/** The worst first: whoever opens the list looks for trouble. */
const DEFAULT_SORT: LinkSort = { name: 'score', descending: false };

/** What unknown parameters say is not heard. */
export function readFilter(parameters: URLSearchParams): LinkFilter {
  const states = (parameters.get('state') ?? '').split(',');
  return {
    states: STATES.filter((state) => states.includes(state)),
    acknowledged: ACKNOWLEDGED.find((each) => each === parameters.get('ack')) ?? null,
    node: parameters.get('node'),
    srlg: parameters.get('srlg'),
    q: parameters.get('q') ?? '',
    sort: readSort(parameters.get('sort')),
  };
}

function readSort(text: string | null): LinkSort {
  const name = LINK_SORTS.find((each) => each === text?.replace(/^-/, ''));
  return name ? { name, descending: text?.startsWith('-') ?? false } : DEFAULT_SORT;
}

export function sortText({ name, descending }: LinkSort): string | null {
  if (name === DEFAULT_SORT.name && descending === DEFAULT_SORT.descending) return null;
  return descending ? `-${name}` : name;
}

/** What is not of the link itself, by link id; absent where it is not known. */
export interface Expected {
  /** Chance (0..1) to fail soon. */
  readonly risk: ReadonlyMap<string, number>;
  /** Highest utilisation (0..1 and beyond) of the hours to come. */
  readonly peak: ReadonlyMap<string, number>;
}

const NOTHING: Expected = { risk: new Map(), peak: new Map() };

/** Links that match, in order. Unknown figures come last, whichever way it is sorted; the id decides between equals. */
export function chosenLinks(links: readonly LinkView[], filter: LinkFilter, expected: Expected = NOTHING): LinkView[] {
  const { name } = filter.sort;
  const isExpected = name === 'risk' || name === 'peak';
  const sortValue = isExpected ? ({ id }: LinkView) => expected[name].get(id) ?? null : SORT_VALUES[name];
  const sign = filter.sort.descending ? -1 : 1;
  const keyed = links.filter((link) => matches(link, filter)).map((link) => ({ link, value: sortValue(link) }));
  keyed.sort((x, y) => compare(x.value, y.value, sign) || (x.link.id < y.link.id ? -1 : 1));
  return keyed.map(({ link }) => link);
}

function matches(link: LinkView, { states, acknowledged, node, srlg, q }: LinkFilter): boolean {
  return (
    (states.length === 0 || states.includes(link.state)) &&
    (acknowledged === null ||
      (link.state !== 'healthy' && (acknowledged === 'yes') === (link.acknowledged !== null))) &&
    (node === null || link.a === node || link.z === node) &&
    (srlg === null || link.srlgs.includes(srlg)) &&
    (q === '' || containsText(link, q.toLowerCase()))
  );
}

function containsText({ id, a, z, aInterface, zInterface }: LinkView, text: string): boolean {
  return (
    id.toLowerCase().includes(text) ||
    a.toLowerCase().includes(text) ||
    z.toLowerCase().includes(text) ||
    (aInterface?.toLowerCase().includes(text) ?? false) ||
    (zInterface?.toLowerCase().includes(text) ?? false)
  );
}

type Value = string | number | null;

const SORT_VALUES: Readonly<Record<Exclude<SortName, keyof Expected>, (link: LinkView) => Value>> = {
  id: (link) => link.id,
  state: (link) => STATES.indexOf(link.state),
  score: (link) => link.score,
  az: (link) => link.arcs.az.utilisation,
  za: (link) => link.arcs.za.utilisation,
  latency: worstLatencyMs,
  loss: worstLossRatio,
  since: (link) => link.sinceMs,
};

export function worstLatencyMs({ arcs }: LinkView): number | null {
  return worst(arcs.az.latencyMs, arcs.za.latencyMs);
}

export function worstLossRatio({ arcs }: LinkView): number | null {
  return worst(arcs.az.lossRatio, arcs.za.lossRatio);
}

export function worstUtilisation({ arcs }: LinkView): number | null {
  return worst(arcs.az.utilisation, arcs.za.utilisation);
}

function worst(x: number | null, y: number | null): number | null {
  if (x === null || y === null) return x ?? y;
  return Math.max(x, y);
}

function compare(x: Value, y: Value, sign: number): number {
  if (x === y) return 0;
  if (x === null) return 1;
  if (y === null) return -1;
  return x < y ? -sign : sign;
}
