/** Slopes of the Fortz-Thorup cost and the utilisations where they begin (Fortz, Thorup, INFOCOM 2000, eq. 2). */
const BREAKS = [0, 1 / 3, 2 / 3, 9 / 10, 1, 11 / 10] as const;
const SLOPES = [1, 3, 10, 70, 500, 5000] as const;

/** Fortz-Thorup cost of one arc per unit of its capacity. */
export function congestionCost(utilisation: number): number {
  let cost = 0;
  for (let piece = 0; piece < SLOPES.length; piece += 1) {
    const begin = BREAKS[piece] as number;
    if (utilisation <= begin) break;
    cost += (SLOPES[piece] as number) * (Math.min(utilisation, BREAKS[piece + 1] ?? Infinity) - begin);
  }
  return cost;
}

/** Its slope: what one more unit of load costs. */
export function congestionSlope(utilisation: number): number {
  let piece = SLOPES.length - 1;
  while (piece > 0 && utilisation < (BREAKS[piece] as number)) piece -= 1;
  return SLOPES[piece] as number;
}
