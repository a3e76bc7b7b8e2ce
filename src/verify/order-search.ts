/** bit/s that a move adds to each arc; negative where it takes some away. */
export type Shift = ReadonlyMap<number, number>;

/** 2 ^ this many states are tried at most. */
export const MAX_SEARCHED = 12;

/**
 * Is there any order of single moves, each made before the old way is given up, in which no arc carries more than
 * `most`? Tries all sets of moves that can have been made; moves made together load the arcs no less than one by one.
 */
export function anyOrder(shifts: readonly Shift[], startBps: Float64Array, most: readonly number[]): boolean {
  const everything = 2 ** shifts.length - 1;
  const reached = new Set([0]);
  // A set hands out what is added while it is walked.
  for (const made of reached) {
    if (made === everything) return true;
    const loadBps = startBps.slice();
    shifts.forEach((shift, move) => {
      if (made & (1 << move)) for (const [arc, bps] of shift) loadBps[arc] = (loadBps[arc] as number) + bps;
    });
    shifts.forEach((shift, move) => {
      if (!(made & (1 << move)) && fits(shift, loadBps, most)) reached.add(made | (1 << move));
    });
  }
  return false;
}

function fits(shift: Shift, loadBps: Float64Array, most: readonly number[]): boolean {
  for (const [arc, bps] of shift) {
    if (bps > 0 && (loadBps[arc] as number) + bps > (most[arc] as number)) return false;
  }
  return true;
}
