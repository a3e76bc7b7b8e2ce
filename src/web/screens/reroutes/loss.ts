import type { Move, PathShare } from '../../../api/schemas/screen.ts';

/**
 * Loss (0..1) the moved traffic has on its ways by what is measured now: a path delivers the product of what its arcs
 * deliver. Weighted by traffic; null where an arc of some way is not measured.
 */
export function lossOf(
  moves: readonly Pick<Move, 'bps' | 'from' | 'to'>[],
  side: 'from' | 'to',
  lossNow: (arc: string) => number | null,
): number | null {
  let lost = 0;
  let weight = 0;
  for (const move of moves) {
    for (const path of move[side]) {
      const ratio = pathLoss(path, lossNow);
      if (ratio === null) return null;
      lost += ratio * path.share * move.bps;
      weight += path.share * move.bps;
    }
  }
  return weight === 0 ? null : lost / weight;
}

function pathLoss({ arcs }: PathShare, lossNow: (arc: string) => number | null): number | null {
  let delivered = 1;
  for (const arc of arcs) {
    const loss = lossNow(arc);
    if (loss === null) return null;
    delivered *= 1 - loss;
  }
  return 1 - delivered;
}
