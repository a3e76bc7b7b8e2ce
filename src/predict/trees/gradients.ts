import type { Rng } from '../../core/rng.ts';

/**
 * First and second derivatives of the loss in each row's margin, and both as one integer: the gradient times
 * `GRADIENT_UNIT` plus the hessian, rounded to a few bits at random without bias. Histograms then cost one addition
 * a cell, and sums are exact (quantised training: Shi et al., NeurIPS 2022). Leaves take the true values.
 */
export interface Gradients {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly packed: Float64Array;
  /** A packed unit of each is worth so much. */
  gradientUnit: number;
  hessianUnit: number;
}

/** Sums of hessians stay below it, and of gradients below half of it, so that both fit into the 53 bits of a double. */
export const GRADIENT_UNIT = 2 ** 27;
const SUM_LIMIT = 2 ** 25;
/** More levels than this do not make better trees. */
const LEVEL_LIMIT = 4096;
const DITHER_SIZE = 1 << 14;

/** Room for the derivatives of so many rows. */
export function createGradients(rowCount: number): Gradients {
  return {
    gradient: new Float64Array(rowCount),
    hessian: new Float64Array(rowCount),
    packed: new Float64Array(rowCount),
    gradientUnit: 1,
    hessianUnit: 1,
  };
}

/** Most rows that can be trained on: beyond them fewer than two levels a gradient are left. */
export const ROW_LIMIT = SUM_LIMIT / 2;

/** Uniform numbers in [0, 1) for the random rounding: a table, since a call for each row costs more than the rest. */
export function ditherOf(rng: Rng): Float32Array {
  return Float32Array.from({ length: DITHER_SIZE }, () => rng.next());
}

/** Fills `packed` from `gradient` and `hessian`. */
export function pack(gradients: Gradients, dither: Float32Array, offset: number): void {
  const { gradient, hessian, packed } = gradients;
  const levels = Math.min(LEVEL_LIMIT, Math.floor(SUM_LIMIT / packed.length));
  const gradientScale = levels / Math.max(largest(gradient), Number.MIN_VALUE);
  const hessianScale = levels / Math.max(largest(hessian), Number.MIN_VALUE);
  for (let row = 0; row < packed.length; row += 1) {
    const chance = dither[(row + offset) & (DITHER_SIZE - 1)] as number;
    const roundedGradient = Math.floor((gradient[row] as number) * gradientScale + chance);
    packed[row] = roundedGradient * GRADIENT_UNIT + Math.floor((hessian[row] as number) * hessianScale + chance);
  }
  gradients.gradientUnit = 1 / gradientScale;
  gradients.hessianUnit = 1 / hessianScale;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
