/**
 * What load on arcs costs: per arc a convex, piecewise linear function. Overload, Fortz-Thorup cost and caps are all of
 * this kind, so one solver serves every stage.
 */
export interface Curves {
  /** Breakpoints per arc. */
  readonly pieces: number;
  /** Load at which piece i + 1 of an arc begins: `breaks[arc * pieces + i]`, ascending; Infinity where there is none. */
  readonly breaks: Float64Array;
  /** Cost per unit of load in piece i: `slopes[arc * (pieces + 1) + i]`, ascending. */
  readonly slopes: Float64Array;
}

/** Where an arc's cost begins to rise faster. */
export interface Kink {
  /** Load from which it holds. */
  readonly at: number;
  /** What is added to the slope there, >= 0. */
  readonly add: number;
}

/** Curves from kinks per arc. Kinks at the same load are merged; one at 0 is the slope that the arc begins with. */
export function curvesOf(arcCount: number, kinksOf: (arc: number) => readonly Kink[]): Curves {
  const merged = Array.from({ length: arcCount }, (_, arc) => mergeKinks(kinksOf(arc)));
  const pieces = merged.reduce((most, kinks) => Math.max(most, kinks.length), 0);
  const breaks = new Float64Array(arcCount * pieces).fill(Infinity);
  const slopes = new Float64Array(arcCount * (pieces + 1));
  merged.forEach((kinks, arc) => {
    let slope = firstSlope(kinksOf(arc));
    slopes[arc * (pieces + 1)] = slope;
    for (let piece = 0; piece < pieces; piece += 1) {
      const kink = kinks[piece];
      if (kink) breaks[arc * pieces + piece] = kink.at;
      slope += kink?.add ?? 0;
      slopes[arc * (pieces + 1) + piece + 1] = slope;
    }
  });
  return { pieces, breaks, slopes };
}

function firstSlope(kinks: readonly Kink[]): number {
  return kinks.reduce((sum, kink) => (kink.at <= 0 ? sum + kink.add : sum), 0);
}

function mergeKinks(kinks: readonly Kink[]): Kink[] {
  const merged: Kink[] = [];
  for (const kink of kinks.toSorted((x, y) => x.at - y.at)) {
    if (kink.at <= 0) continue;
    const last = merged.at(-1);
    if (last && kink.at - last.at <= 1e-9 * Math.abs(kink.at)) {
      merged[merged.length - 1] = { at: last.at, add: last.add + kink.add };
    } else if (kink.add > 0) merged.push(kink);
  }
  return merged;
}
