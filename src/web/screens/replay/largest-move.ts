import type { Move, Proposal } from '../../../api/schemas/screen.ts';

/** The move that shows best what a proposal is about: the one with most traffic. */
export function largestMove({ moves }: Pick<Proposal, 'moves'>): Move | null {
  return moves.reduce<Move | null>((best, move) => (best === null || move.bps > best.bps ? move : best), null);
}
