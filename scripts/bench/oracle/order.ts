/** What one move changes, bit/s per arc before and after; arcs that it does not touch are left out. */
export interface OracleMove {
  readonly arcs: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const TOLERANCE = 1e-9;

/**
 * Whether the moves can be made one by one so that no arc ever exceeds what it may carry, each made before its old
 * path is broken: search over all subsets (2^moves), so for few moves only.
 */
export function hasSafeOrder(
  moves: readonly OracleMove[],
  startBps: Float64Array,
  allowedBps: (arc: number) => number,
): boolean {
  const full = 2 ** moves.length - 1;
  const reached = new Uint8Array(full + 1);
  reached[0] = 1;
  // A subset is larger than all its parts, so one pass upwards meets each after them.
  for (let set = 0; set < full; set += 1) {
    if (!reached[set]) continue;
    const load = loadAfter(moves, startBps, set);
    moves.forEach((move, at) => {
      const next = set | (1 << at);
      if (next !== set && !reached[next] && isSafe(move, load, allowedBps)) reached[next] = 1;
    });
  }
  return reached[full] === 1;
}

function loadAfter(moves: readonly OracleMove[], startBps: Float64Array, set: number): Float64Array {
  const load = startBps.slice();
  moves.forEach(({ arcs, before, after }, at) => {
    if (!(set & (1 << at))) return;
    arcs.forEach((arc, place) => {
      load[arc] = (load[arc] as number) + (after[place] as number) - (before[place] as number);
    });
  });
  return load;
}

function isSafe({ arcs, before, after }: OracleMove, load: Float64Array, allowedBps: (arc: number) => number): boolean {
  return arcs.every((arc, place) => {
    const more = Math.max(0, (after[place] as number) - (before[place] as number));
    return more === 0 || (load[arc] as number) + more <= allowedBps(arc) * (1 + TOLERANCE);
  });
}
