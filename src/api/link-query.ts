import { HEALTH_STATES } from '../health/link-state.ts';
import { type Page, pageOf, type SortValue } from './cursor.ts';
import type { LinkQuery, LinkSort, LinkView, ListedLink } from './schemas/links.ts';

/** What each order sorts by; null (unknown) comes last. */
const SORT_VALUES: Readonly<Record<LinkSort, (link: ListedLink) => SortValue>> = {
  id: (link) => link.id,
  score: (link) => link.score,
  state: (link) => HEALTH_STATES.indexOf(link.state),
  utilisation: (link) => highest(link.arcs.az.utilisation, link.arcs.za.utilisation),
  loss: (link) => highest(link.arcs.az.lossRatio, link.arcs.za.lossRatio),
  forecastPeak: (link) => link.forecastPeak?.utilisation ?? null,
};

function highest(x: number | null, y: number | null): number | null {
  if (x === null || y === null) return x ?? y;
  return Math.max(x, y);
}

/** One page of the links that match. */
export function queryLinks(links: readonly ListedLink[], query: LinkQuery): Page<ListedLink> {
  const { limit = 100, cursor, sort = 'id', ...filter } = query;
  const sortBy = SORT_VALUES[sort.replace(/^-/, '') as LinkSort];
  return pageOf({
    items: links.filter((link) => matches(link, filter)),
    keyOf: (link) => ({ value: sortBy(link), id: link.id }),
    descending: sort.startsWith('-'),
    limit,
    cursor,
    query: { sort, ...filter },
  });
}

type LinkFilter = Omit<LinkQuery, 'limit' | 'cursor' | 'sort'>;

function matches(link: LinkView, filter: LinkFilter): boolean {
  const { state, node, srlg, acknowledged, q } = filter;
  return (
    (state === undefined || state.includes(link.state)) &&
    (node === undefined || link.a === node || link.z === node) &&
    (srlg === undefined || link.srlgs.includes(srlg)) &&
    (acknowledged === undefined || (acknowledged === 'true') === (link.acknowledged !== null)) &&
    matchesScore(link.score, filter) &&
    (q === undefined || containsText(link, q.toLowerCase()))
  );
}

function matchesScore(score: number | null, { minScore, maxScore }: LinkFilter): boolean {
  if (minScore === undefined && maxScore === undefined) return true;
  return score !== null && score >= (minScore ?? 0) && score <= (maxScore ?? 100);
}

function containsText(link: LinkView, text: string): boolean {
  return [link.id, link.a, link.z, link.aInterface, link.zInterface].some((part) => part?.toLowerCase().includes(text));
}
