import type { Move } from './proposal.ts';

/** Arcs that any of the moves takes traffic off or onto. */
export function movedArcs(moves: readonly Pick<Move, 'from' | 'to'>[]): string[] {
  const moved = new Set<string>();
  for (const { from, to } of moves) {
    const [before, after] = [sharesByArc(from), sharesByArc(to)];
    for (const arc of new Set([...before.keys(), ...after.keys()]))
      if (Math.abs((before.get(arc) ?? 0) - (after.get(arc) ?? 0)) > 1e-9) moved.add(arc);
  }
  return [...moved];
}

function sharesByArc(paths: Move['from']): Map<string, number> {
  const shares = new Map<string, number>();
  for (const { share, arcs } of paths) for (const arc of arcs) shares.set(arc, (shares.get(arc) ?? 0) + share);
  return shares;
}
