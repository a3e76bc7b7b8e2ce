import { parseArcId } from '../../core/ids.ts';
import type { ArcState, LinkState } from '../../health/link-state.ts';
import type { Twin } from '../../twin/twin.ts';
import type { ArcFigure } from '../execution.ts';

/** Arcs that are kept of one change: those whose load it changes most. */
const MAX_ARCS = 200;
/** Below this part of an arc's capacity a change of its load is not told from noise. */
const NOTICEABLE = 0.002;

/** What the twin says of the arcs whose load a change alters, with what is measured there now. */
export function predictFigures(
  { graph, states, loadBps: nowBps }: Pick<Twin, 'graph' | 'states' | 'loadBps'>,
  afterBps: Float64Array,
): ArcFigure[] {
  const changes = graph.arcIds.map((arc, index) => {
    const [before, after] = [nowBps[index] as number, afterBps[index] as number];
    return { arc, before, after, share: Math.abs(after - before) / (graph.capacityBps[index] as number) };
  });
  return changes
    .filter(({ share }) => share > NOTICEABLE)
    .sort((x, y) => y.share - x.share || (x.arc < y.arc ? -1 : 1))
    .slice(0, MAX_ARCS)
    .map(({ arc, before, after }) => {
      const state = arcState(states, arc);
      return {
        arc,
        beforeBps: state?.loadBps ?? before,
        predictedBps: after,
        measuredBps: null,
        lossBefore: state?.lossRatio ?? null,
        lossAfter: null,
        latencyBeforeMs: state?.latencyMs ?? null,
        latencyAfterMs: null,
      };
    });
}

/** The figures with what is measured now, by samples that began after `sinceMs`; null where there are none yet. */
export function measureFigures(
  arcs: readonly ArcFigure[],
  states: ReadonlyMap<string, LinkState>,
  sinceMs: number,
): ArcFigure[] {
  return arcs.map((figure) => {
    const link = states.get(parseArcId(figure.arc)?.linkId ?? '');
    const state = link && isSince(link, sinceMs) ? arcState(states, figure.arc) : null;
    return {
      ...figure,
      measuredBps: state?.loadBps ?? null,
      lossAfter: state?.lossRatio ?? null,
      latencyAfterMs: state?.latencyMs ?? null,
    };
  });
}

/** A sample covers the interval before it: only then does all of it lie after the change. Both ends must have told. */
function isSince({ ends, intervalMs, state }: LinkState, sinceMs: number): boolean {
  if (state === 'stale') return false;
  return [ends.a, ends.z].every(({ atMs }) => atMs === null || atMs - (intervalMs ?? 0) >= sinceMs);
}

function arcState(states: ReadonlyMap<string, LinkState>, arc: string): ArcState | null {
  const parsed = parseArcId(arc);
  return parsed ? (states.get(parsed.linkId)?.arcs[parsed.direction] ?? null) : null;
}
