import { arcId, DIRECTIONS } from '../core/ids.ts';
import { type ArcState, HEALTH_STATES, type LinkState, PART_NAMES, type PartName } from '../health/link-state.ts';
import type { HistoryKind, HistoryRecord } from '../store/history-record.ts';

/** Figures of a direction that are kept. */
const ARC_METRICS = [
  'loadBps',
  'utilisation',
  'lossRatio',
  'wireLossRatio',
  'congestionLossRatio',
  'errorRatio',
  'latencyMs',
  'baselineLatencyMs',
] as const satisfies readonly (keyof ArcState)[];

const PART_METRICS = PART_NAMES.map((part) => [part, partMetric(part)] as const);

/** The series of the points that a part takes off the score: `lossPoints`. */
export function partMetric(part: PartName): string {
  return `${part}Points`;
}

/**
 * What the history keeps of a link's state: score, the points each part costs and the state as its place from good (0)
 * to bad (3), and the figures of both directions. What is not known is left out: a link that is stale has no state.
 */
export function historyOf(state: LinkState): HistoryRecord[] {
  const { atMs, linkId } = state;
  if (atMs === null) return [];
  const records = [record('link', linkId, atMs, linkValues(state))];
  for (const direction of DIRECTIONS) {
    const arc = state.arcs[direction];
    const values = ARC_METRICS.map((metric) => [metric, arc[metric]] as const);
    records.push(record('arc', arcId(linkId, direction), atMs, values));
  }
  return records.filter(({ values }) => Object.keys(values).length > 0);
}

function linkValues({ state, score, parts }: LinkState): (readonly [string, number | null])[] {
  if (state === 'stale') return [];
  const points = new Map<PartName, number>();
  for (const part of parts) points.set(part.part, (points.get(part.part) ?? 0) + part.points);
  return [
    ['score', score],
    ['state', HEALTH_STATES.indexOf(state)],
    ...PART_METRICS.map(([part, metric]) => [metric, points.get(part) ?? 0] as const),
  ];
}

function record(
  kind: HistoryKind,
  id: string,
  atMs: number,
  pairs: readonly (readonly [string, number | null])[],
): HistoryRecord {
  const values: Record<string, number> = {};
  for (const [metric, value] of pairs) if (value !== null && Number.isFinite(value)) values[metric] = value;
  return { kind, id, atMs, values };
}
