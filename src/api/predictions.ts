import type { Link } from '../../topology/model.ts';
import { formatDuration } from '../core/units.ts';
import type { HealthState } from '../health/link-state.ts';
import type { Prediction } from '../store/predictions.ts';
import type { CsvTable } from './csv.ts';
import { type Page, pageOf, type SortValue } from './cursor.ts';
import type { ApiDeps } from './deps.ts';
import { readLinkStates } from './link-view.ts';
import type { PREDICTION_SORTS, PredictionQuery, PredictionView } from './schemas/predictions.ts';

/** A prediction is made every minute; one that is older than some of them says nothing about now. */
export const MAX_PREDICTION_AGE_MS = 5 * 60_000;

type Deps = Pick<ApiDeps, 'network' | 'store' | 'clock'>;

/** The prediction of every link of the network as of now. */
export async function readPredictions(deps: Deps): Promise<PredictionView[]> {
  const [known, states] = await Promise.all([deps.store.predictions.predictions(), readLinkStates(deps)]);
  const nowMs = deps.clock.nowMs();
  return deps.network.network.links.map((link) =>
    predictionView(link, states.get(link.id)?.state ?? 'stale', known.get(link.id) ?? null, nowMs),
  );
}

/** A prediction as it may be shown: what is too old is unknown, with the reason. */
export function predictionView(link: Link, state: HealthState, kept: Prediction | null, nowMs: number): PredictionView {
  const prediction = kept ?? nothingSaid(link.id, nowMs);
  const ageMs = kept === null ? null : Math.max(0, nowMs - kept.atMs);
  const about = { a: link.a, z: link.z, state, ageMs };
  if (ageMs === null || ageMs <= MAX_PREDICTION_AGE_MS) return { ...prediction, ...about };
  const unknown = `the last prediction is ${formatDuration(ageMs)} old: none was made since`;
  return {
    ...prediction,
    ...about,
    risks: [],
    probability: null,
    level: null,
    leadMs: null,
    factors: [],
    recommendation: null,
    unknown,
  };
}

function nothingSaid(linkId: string, nowMs: number): Prediction {
  return {
    ...{ linkId, modelId: null, atMs: nowMs, dataAgeMs: null, risks: [], probability: null, level: null, leadMs: null },
    ...{ factors: [], recommendation: null, unknown: 'no prediction was made yet; one is made every minute' },
  };
}

const SORT_VALUES: Readonly<Record<(typeof PREDICTION_SORTS)[number], (view: PredictionView) => SortValue>> = {
  risk: ({ probability }) => probability,
  id: ({ linkId }) => linkId,
  lead: ({ leadMs }) => leadMs,
};

/** One page of the predictions that match, the riskiest first unless told otherwise. */
export function queryPredictions(views: readonly PredictionView[], query: PredictionQuery): Page<PredictionView> {
  const { limit = 100, cursor, sort = '-risk', ...filter } = query;
  const sortBy = SORT_VALUES[sort.replace(/^-/, '') as keyof typeof SORT_VALUES];
  return pageOf({
    items: views.filter((view) => matches(view, filter)),
    keyOf: (view) => ({ value: sortBy(view), id: view.linkId }),
    descending: sort.startsWith('-'),
    limit,
    cursor,
    query: { predictions: sort, ...filter },
  });
}

type Filter = Omit<PredictionQuery, 'limit' | 'cursor' | 'sort'>;

function matches(view: PredictionView, { level, minProbability, node, q }: Filter): boolean {
  const text = q?.toLowerCase();
  return (
    (level === undefined || (view.level !== null && level.includes(view.level))) &&
    (minProbability === undefined || (view.probability !== null && view.probability >= minProbability)) &&
    (node === undefined || view.a === node || view.z === node) &&
    (text === undefined || [view.linkId, view.a, view.z].some((each) => each.toLowerCase().includes(text)))
  );
}

export const PREDICTION_TABLE: CsvTable<PredictionView> = {
  name: 'predictions',
  columns: {
    linkId: (view) => view.linkId,
    a: (view) => view.a,
    z: (view) => view.z,
    state: (view) => view.state,
    level: (view) => view.level,
    probability: (view) => view.probability,
    probabilityShortest: (view) => view.risks[0]?.probability ?? null,
    leadMs: (view) => view.leadMs,
    recommendation: (view) => view.recommendation?.action ?? null,
    factors: (view) => view.factors.map(({ text }) => text).join('; '),
    modelId: (view) => view.modelId,
    atMs: (view) => view.atMs,
    ageMs: (view) => view.ageMs,
    dataAgeMs: (view) => view.dataAgeMs,
    unknown: (view) => view.unknown,
  },
};
