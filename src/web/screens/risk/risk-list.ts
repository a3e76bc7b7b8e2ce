import type { PredictionView, RiskLevel } from '../../../api/schemas/screen.ts';

export const LEVELS: readonly RiskLevel[] = ['critical', 'high', 'medium', 'low', 'minimal'];
export const ORDERS = ['risk', 'lead time'] as const;
export type Order = (typeof ORDERS)[number];

/** What of the predictions is shown; it lives in the address. */
export interface RiskFilter {
  readonly levels: readonly RiskLevel[];
  readonly q: string;
  readonly order: Order;
}

export function readRiskFilter(parameters: URLSearchParams): RiskFilter {
  const levels = (parameters.get('level') ?? '').split(',');
  return {
    levels: LEVELS.filter((level) => levels.includes(level)),
    q: parameters.get('q') ?? '',
    order: parameters.get('sort') === 'lead' ? 'lead time' : 'risk',
  };
}

/** A link that is rated. */
export type Rated = PredictionView & { readonly probability: number; readonly level: RiskLevel };

const isRated = (view: PredictionView): view is Rated => view.probability !== null && view.level !== null;

/** Rated links that match: the likeliest first, or the soonest first among those that are at risk at all. */
export function ratedLinks(views: readonly PredictionView[], { levels, q, order }: RiskFilter): Rated[] {
  const text = q.toLowerCase();
  const found = views
    .filter(isRated)
    .filter(({ level }) => levels.length === 0 || levels.includes(level))
    .filter(({ linkId, a, z }) => text === '' || [linkId, a, z].some((each) => each.toLowerCase().includes(text)));
  const byRisk = (x: Rated, y: Rated) => y.probability - x.probability || (x.linkId < y.linkId ? -1 : 1);
  const lead = ({ leadMs }: Rated) => leadMs ?? Number.POSITIVE_INFINITY;
  // Differences of unknown leads would be NaN.
  const byLead = (x: Rated, y: Rated) => (lead(x) === lead(y) ? byRisk(x, y) : lead(x) - lead(y));
  return found.sort(order === 'risk' ? byRisk : byLead);
}

/** Links that are not rated, by the reason, the commonest first. */
export function unratedReasons(
  views: readonly PredictionView[],
): { readonly reason: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { probability, unknown } of views) {
    if (probability !== null) continue;
    const reason = unknown ?? 'no reason is given';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((x, y) => y.count - x.count);
}
