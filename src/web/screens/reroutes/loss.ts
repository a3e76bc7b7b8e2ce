import type { LinkView, Move, PathShare, ScorePart } from '../../../api/schemas/screen.ts';

/** Share of the moved traffic whose ways must be measured for a figure about all of it. */
const LEAST_KNOWN_SHARE = 0.9;

export type LossNow = (arc: string) => number | null;

/** Loss of arcs as it was when the proposal was made, where that is why it was made; else as measured now. */
export function lossAtCause(parts: readonly ScorePart[], lossNow: LossNow): LossNow {
  const known = new Map(
    parts.flatMap(({ part, arc, value }) => (part === 'loss' && arc !== null ? [[arc, value]] : [])),
  );
  return (arc) => known.get(arc) ?? lossNow(arc);
}

/** Loss of an arc by the state of its link: what is down delivers nothing. */
export function lossOfLink(link: LinkView | undefined, arc: string): number | null {
  if (link?.state === 'down') return 1;
  return link?.arcs[arc.endsWith(':az') ? 'az' : 'za'].lossRatio ?? null;
}

/**
 * Loss (0..1) the moved traffic has on its ways by what is measured now: a path delivers the product of what its arcs
 * deliver. Weighted by traffic; ways with an arc that is not measured just now are left out, and it is null where less
 * than 90 % of the traffic is left.
 */
export function lossOf(
  moves: readonly Pick<Move, 'bps' | 'from' | 'to'>[],
  side: 'from' | 'to',
  lossNow: LossNow,
): number | null {
  let lost = 0;
  let weight = 0;
  let unknown = 0;
  for (const move of moves) {
    // No way at all: everything is lost.
    if (move[side].length === 0) {
      lost += move.bps;
      weight += move.bps;
    }
    for (const path of move[side]) {
      const ratio = pathLoss(path, lossNow);
      const bps = path.share * move.bps;
      if (ratio === null) unknown += bps;
      else {
        lost += ratio * bps;
        weight += bps;
      }
    }
  }
  return weight === 0 || weight < LEAST_KNOWN_SHARE * (weight + unknown) ? null : lost / weight;
}

function pathLoss({ arcs }: PathShare, lossNow: LossNow): number | null {
  let delivered = 1;
  for (const arc of arcs) {
    const loss = lossNow(arc);
    if (loss === null) return null;
    delivered *= 1 - loss;
  }
  return 1 - delivered;
}
