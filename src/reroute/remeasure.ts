import { arcId, DIRECTIONS, type Direction } from '../core/ids.ts';
import { formatRatio } from '../core/units.ts';
import type { LinkState, ScorePart } from '../health/link-state.ts';
import type { Twin } from '../twin/twin.ts';
import { isCongestion } from './condition.ts';

/** Loads that differ by less than this, relative to the capacity, are the same. */
const SAME_UTILISATION = 1e-9;

/**
 * The link states as they would be measured once a change has happened: where the modelled load of an arc differs from
 * before, its utilisation and what the scorer says of overload follow the model. Everything else stays as measured.
 */
export function remeasured(before: Twin, after: Twin, limit: number, atMs: number): LinkState[] {
  return [...after.states.values()].map((state) => {
    if (state.state === 'stale' || state.state === 'down' || state.adminDown) return state;
    return DIRECTIONS.reduce((next, direction) => remeasuredArc(before, after, next, direction, limit, atMs), state);
  });
}

function remeasuredArc(
  before: Twin,
  after: Twin,
  state: LinkState,
  direction: Direction,
  limit: number,
  atMs: number,
): LinkState {
  const id = arcId(state.linkId, direction);
  const arc = after.graph.arcIndex.get(id);
  if (arc === undefined) return state;
  const utilisation = utilisationOf(after, arc);
  if (Math.abs(utilisation - utilisationOf(before, arc)) <= SAME_UTILISATION) return state;
  const parts = state.parts.filter((part) => !(part.arc === id && isAboutLoad(state, part, limit)));
  if (utilisation > limit) parts.push(overload(id, utilisation, limit, atMs));
  const figures = { ...state.arcs[direction], loadBps: after.loadBps[arc] as number, utilisation };
  return { ...state, ...stateFrom(state, parts, atMs), parts, arcs: { ...state.arcs, [direction]: figures } };
}

function utilisationOf(twin: Twin, arc: number): number {
  return (twin.loadBps[arc] as number) / (twin.graph.capacityBps[arc] as number);
}

function isAboutLoad(state: LinkState, part: ScorePart, limit: number): boolean {
  return part.part === 'utilisation' || isCongestion(state, part, limit);
}

function overload(arc: string, utilisation: number, limit: number, atMs: number): ScorePart {
  const text = `utilisation ${formatRatio(utilisation)} on ${arc} (modelled); limit ${formatRatio(limit)}`;
  const about = { part: 'utilisation', level: 'degraded', arc } as const;
  return { ...about, points: 20, value: utilisation, threshold: limit, sinceMs: atMs, text };
}

/** Nothing when the parts are as before: what the scorer found stands. */
function stateFrom(state: LinkState, parts: readonly ScorePart[], atMs: number) {
  if (parts.length === state.parts.length && parts.every((part, index) => part === state.parts[index])) return {};
  const level = parts.some((part) => part.level !== 'degraded')
    ? 'unhealthy'
    : parts.length > 0
      ? 'degraded'
      : 'healthy';
  if (level === state.state) return {};
  return { state: level, sinceMs: atMs, reason: parts[0]?.text ?? 'nothing is wrong with it' } as const;
}
