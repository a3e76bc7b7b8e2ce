import type { Direction } from '../core/ids.ts';
import type { LinkState, ScorePart } from '../health/link-state.ts';

/** To the planner, a link to drain is one that is up and that traffic has to leave. */
export function drainedState(
  state: LinkState,
  directions: readonly Direction[],
  { atMs, sinceMs, text }: { readonly atMs: number; readonly sinceMs: number; readonly text: string },
): LinkState {
  if (state.state === 'down' || state.adminDown) return state;
  const parts = directions.map((direction): ScorePart => {
    const about = { part: 'status', level: 'unhealthy', arc: `${state.linkId}:${direction}` } as const;
    return { ...about, points: 100, value: null, threshold: null, sinceMs, text };
  });
  const isBad = state.state === 'unhealthy';
  const heard = { atMs: state.atMs ?? atMs, receivedAtMs: state.receivedAtMs ?? atMs };
  const since = isBad ? state.sinceMs : sinceMs;
  return {
    ...state,
    ...heard,
    state: 'unhealthy',
    score: 0,
    sinceMs: since,
    parts: [...state.parts, ...parts],
    reason: isBad ? `${state.reason}; ${text}` : text,
  };
}
