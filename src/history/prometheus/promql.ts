import type { HistoryKind } from '../../store/history-record.ts';

const PREFIX = 'detour_';

/** `loadBps` as `detour_load_bps`. */
export function seriesName(metric: string): string {
  return `${PREFIX}${metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** `detour_load_bps` as `loadBps`; null for a name that is none of ours. */
export function metricOf(name: string): string | null {
  if (!name.startsWith(PREFIX)) return null;
  return name.slice(PREFIX.length).replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

export interface Selection {
  readonly networkName: string;
  readonly kind: HistoryKind;
  /** Null for every one. */
  readonly ids: readonly string[] | null;
}

export function labelMatchers({ networkName, kind, ids }: Selection): string {
  const matchers = [`network=${textOf(networkName)}`, `kind=${textOf(kind)}`];
  if (ids !== null) matchers.push(`id=~${textOf(ids.map(escapePattern).join('|'))}`);
  return matchers.join(',');
}

export function selector(metric: string, selection: Selection): string {
  return `${seriesName(metric)}{${labelMatchers(selection)}}`;
}

/** A PromQL string. */
function textOf(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** A text as a pattern of RE2 that matches it and nothing else. */
function escapePattern(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
