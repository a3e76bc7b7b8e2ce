import type { RoutingMatrix } from './routing-matrix.ts';

/** A traffic matrix that explains the measured loads. */
export interface MatrixEstimate {
  /** bit/s per pair of the routing matrix. */
  readonly bps: Float64Array;
  /** How far its loads are from the measured ones: sum of differences over sum of loads; 0 explains everything. */
  readonly residual: number;
  readonly rounds: number;
}

export interface EstimateOptions {
  /** Relative size of a node as an end of traffic (gravity mass), by node number. */
  readonly mass: Float64Array;
  /** Measured load per arc, bit/s; NaN where it is not known. */
  readonly loadBps: Float64Array;
  readonly maxRounds?: number;
  /** Ends when the residual is below this. */
  readonly accuracy?: number;
}

const MAX_ROUNDS = 800;
const ACCURACY = 1e-3;
/** Fits, each with a prior made of the totals that the one before found. */
const PASSES = 8;
/** A measured 0 next to a modelled load must not divide by 0, nor throw a demand away in one round. */
const LARGEST_STEP = 20;

/**
 * Gravity prior, then the matrix nearest to it (in the sense of Kullback-Leibler) that fits the loads: "tomogravity"
 * (Zhang, Roughan, Duffield, Greenberg, SIGMETRICS 2003), solved by simultaneous multiplicative reconstruction
 * (SMART; Byrne, IEEE Trans. Image Processing 1993), which keeps every demand at or above 0. Tomogravity takes what
 * enters and leaves at each node from the access links; where only links between routers are measured these totals are
 * not known, so they are taken from the fit, and the prior made of them is fitted again. Links alone do not determine
 * a matrix: sums over links come out right, single demands as well as the prior allows.
 */
export function estimateMatrix(matrix: RoutingMatrix, options: EstimateOptions): MatrixEstimate {
  const { loadBps, maxRounds = MAX_ROUNDS, accuracy = ACCURACY } = options;
  let best = fitLoads(matrix, gravityPrior(matrix, options), options);
  let { rounds } = best;
  for (let pass = 1; pass < PASSES && rounds < maxRounds && best.rounds > 0; pass += 1) {
    const prior = scaled(matrix, productOfTotals(matrix, best.bps), loadBps);
    const next = fitLoads(matrix, prior, { ...options, maxRounds: maxRounds - rounds });
    rounds += next.rounds;
    if (next.residual > Math.max(accuracy, 1.5 * best.residual)) break;
    best = next;
  }
  return { ...best, rounds };
}

function fitLoads(matrix: RoutingMatrix, prior: Float64Array, options: EstimateOptions): MatrixEstimate {
  const { loadBps, maxRounds = MAX_ROUNDS, accuracy = ACCURACY } = options;
  const bps = prior.slice();
  const perPass = Math.min(maxRounds, Math.ceil(MAX_ROUNDS / PASSES));
  for (let rounds = 0; ; rounds += 1) {
    const modelled = loadsOf(matrix, bps, loadBps.length);
    const residual = residualOf(modelled, loadBps);
    if (residual <= accuracy || rounds >= perPass) return { bps, residual, rounds };
    improve(matrix, bps, logRatios(modelled, loadBps));
  }
}

/** What each pair gets when every node's total is spread in proportion to the other nodes' totals. */
function productOfTotals(matrix: RoutingMatrix, bps: Float64Array): Float64Array {
  const sent = new Map<number, number>();
  const received = new Map<number, number>();
  matrix.pairs.forEach(({ source, target }, pair) => {
    sent.set(source, (sent.get(source) ?? 0) + (bps[pair] as number));
    received.set(target, (received.get(target) ?? 0) + (bps[pair] as number));
  });
  return Float64Array.from(
    matrix.pairs,
    ({ source, target }) => (sent.get(source) as number) * (received.get(target) as number),
  );
}

/** mass x mass, scaled so that all loads together come out right. */
function gravityPrior(matrix: RoutingMatrix, { mass, loadBps }: EstimateOptions): Float64Array {
  const product = matrix.pairs.map(({ source, target }) => (mass[source] as number) * (mass[target] as number));
  return scaled(matrix, Float64Array.from(product), loadBps);
}

function scaled(matrix: RoutingMatrix, bps: Float64Array, loadBps: Float64Array): Float64Array {
  const modelled = loadsOf(matrix, bps, loadBps.length);
  const [measured, total] = [sumWhereKnown(loadBps, loadBps), sumWhereKnown(modelled, loadBps)];
  return total > 0 ? bps.map((value) => (value * measured) / total) : bps;
}

export function loadsOf(matrix: RoutingMatrix, bps: Float64Array, arcCount: number): Float64Array {
  const loadBps = new Float64Array(arcCount);
  for (let pair = 0; pair < bps.length; pair += 1) {
    const end = matrix.start[pair + 1] as number;
    for (let entry = matrix.start[pair] as number; entry < end; entry += 1) {
      const arc = matrix.arcs[entry] as number;
      loadBps[arc] = (loadBps[arc] as number) + (matrix.shares[entry] as number) * (bps[pair] as number);
    }
  }
  return loadBps;
}

function sumWhereKnown(values: Float64Array, known: Float64Array): number {
  return values.reduce((sum, value, arc) => (Number.isNaN(known[arc]) ? sum : sum + value), 0);
}

function residualOf(modelled: Float64Array, measured: Float64Array): number {
  const total = sumWhereKnown(measured, measured);
  const differences = modelled.map((value, arc) => Math.abs(value - (measured[arc] as number)));
  return total > 0 ? sumWhereKnown(differences, measured) / total : 0;
}

/** log(measured / modelled) per arc; 0 where nothing is measured or nothing flows. */
function logRatios(modelled: Float64Array, measured: Float64Array): Float64Array {
  return modelled.map((value, arc) => {
    const target = measured[arc] as number;
    if (Number.isNaN(target) || value <= 0) return 0;
    return Math.log(Math.min(LARGEST_STEP, Math.max(1 / LARGEST_STEP, target / value)));
  });
}

/** Each demand grows or shrinks by the (weighted) geometric mean of the ratios on its way. */
function improve(matrix: RoutingMatrix, bps: Float64Array, logs: Float64Array): void {
  for (let pair = 0; pair < bps.length; pair += 1) {
    let exponent = 0;
    let weight = 0;
    const end = matrix.start[pair + 1] as number;
    for (let entry = matrix.start[pair] as number; entry < end; entry += 1) {
      const share = matrix.shares[entry] as number;
      exponent += share * (logs[matrix.arcs[entry] as number] as number);
      weight += share;
    }
    if (weight > 0) bps[pair] = (bps[pair] as number) * Math.exp(exponent / weight);
  }
}
