/** Slopes of the Fortz-Thorup cost and the utilisations where they begin (Fortz, Thorup, INFOCOM 2000, eq. 2). */
const BREAKS = [0, 1 / 3, 2 / 3, 9 / 10, 1, 11 / 10] as const;
const SLOPES = [1, 3, 10, 70, 500, 5000] as const;
/** On each piece the cost is slope x utilisation - offset. */
const OFFSETS = offsets();

/** Where the slope grows (utilisation), and by how much. */
export const CONGESTION_KINKS: readonly { readonly at: number; readonly add: number }[] = BREAKS.map((at, piece) => ({
  at,
  add: (SLOPES[piece] as number) - (SLOPES[piece - 1] ?? 0),
}));

/** Fortz-Thorup cost of one arc per unit of its capacity. */
export function congestionCost(utilisation: number): number {
  const piece = pieceAt(utilisation);
  return (SLOPES[piece] as number) * utilisation - (OFFSETS[piece] as number);
}

/** Its slope: what one more unit of load costs. */
export function congestionSlope(utilisation: number): number {
  return SLOPES[pieceAt(utilisation)] as number;
}

function pieceAt(utilisation: number): number {
  let piece = 0;
  while (piece < SLOPES.length - 1 && utilisation >= (BREAKS[piece + 1] as number)) piece += 1;
  return piece;
}

function offsets(): readonly number[] {
  const sums = [0];
  for (let piece = 1; piece < SLOPES.length; piece += 1) {
    const rise = (SLOPES[piece] as number) - (SLOPES[piece - 1] as number);
    sums.push((sums[piece - 1] as number) + rise * (BREAKS[piece] as number));
  }
  return sums;
}
