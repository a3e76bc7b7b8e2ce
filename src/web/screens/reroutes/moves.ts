import type { Move } from '../../../api/schemas/screen.ts';

/** The largest first; equal ones by name, so that their places do not change. */
export function inOrder(moves: readonly Move[]): Move[] {
  return [...moves].sort((one, two) => two.bps - one.bps || (one.demand < two.demand ? -1 : 1));
}

/** The move that was asked for, else the largest; null where there is none. */
export function chosenMove(moves: readonly Move[], demand: string | null): Move | null {
  return moves.find((move) => move.demand === demand) ?? inOrder(moves)[0] ?? null;
}
