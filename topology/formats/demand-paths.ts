import { parseArcId } from '../../src/core/ids.ts';
import { preview } from '../../src/core/schema.ts';
import type { Demand, DemandPath, Link } from '../model.ts';
import type { FieldReader } from './fields.ts';

const MAX_PATHS = 1024;
const MAX_HOPS = 10_000;
/** Shares sum to 1 up to this. */
const WHOLE = 1e-9;
const PATH_FIELDS: ReadonlySet<string> = new Set(['share', 'arcs']);

/** The ways that a demand is pinned to; undefined where the file gives none. */
export function readDemandPaths(
  reader: FieldReader,
  ends: Pick<Demand, 'source' | 'target'>,
  links: ReadonlyMap<string, Link>,
): readonly DemandPath[] | undefined {
  if (reader.get('paths') === null) return undefined;
  const paths: DemandPath[] = [];
  for (const { reader: path } of reader.objects('paths', MAX_PATHS, true)) {
    path.noteUnknown(PATH_FIELDS);
    const share = path.requiredNumber('share', { above: 0, max: 1 + WHOLE });
    const arcs = path.list('arcs', MAX_HOPS, true);
    const wrong = ends.source === '' || ends.target === '' ? null : wayProblem(arcs, ends, links);
    if (wrong !== null) path.problem('arcs', wrong);
    paths.push({ share, arcs: arcs.map(String) });
  }
  const different = new Set(paths.map(({ arcs }) => JSON.stringify(arcs)));
  if (different.size < paths.length) reader.problem('paths', 'must not list the same path twice');
  const total = paths.reduce((sum, { share }) => sum + share, 0);
  if (!(Math.abs(total - 1) <= WHOLE)) reader.problem('paths', `must have shares that sum to 1, they sum to ${total}`);
  return paths;
}

/** Why the arcs are no simple path between the ends; null when they are one. */
function wayProblem(
  arcs: readonly unknown[],
  { source, target }: Pick<Demand, 'source' | 'target'>,
  links: ReadonlyMap<string, Link>,
): string | null {
  const visited = new Set([source]);
  let node = source;
  for (const id of arcs) {
    const next = typeof id === 'string' ? endsOfArc(id, links) : null;
    if (next === null) return `must be arcs of the network, ${preview(id)} is none`;
    if (next.from !== node) return `must be one way, but ${preview(id)} does not begin at ${preview(node)}`;
    node = next.to;
    if (visited.has(node)) return `must not come to ${preview(node)} twice`;
    visited.add(node);
  }
  return node === target ? null : `must lead to ${preview(target)}, but ends at ${preview(node)}`;
}

function endsOfArc(id: string, links: ReadonlyMap<string, Link>): { from: string; to: string } | null {
  const arc = parseArcId(id);
  const link = arc && links.get(arc.linkId);
  if (!link) return null;
  return arc.direction === 'az' ? { from: link.a, to: link.z } : { from: link.z, to: link.a };
}
