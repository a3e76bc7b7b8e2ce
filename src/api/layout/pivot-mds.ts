import type { Rng } from '../../core/rng.ts';
import { hopsFrom } from './adjacency.ts';

/** Hops from a few nodes that lie far apart to all. */
export interface Pivots {
  readonly nodes: readonly number[];
  /** One list of hops per pivot. */
  readonly hops: readonly Int32Array[];
}

/** Each pivot is the node farthest from those before it (max-min; the lowest number decides between equals). */
export function choosePivots(adjacency: readonly (readonly number[])[], count: number): Pivots {
  const nearest = new Int32Array(adjacency.length).fill(0x7fff_ffff);
  const nodes: number[] = [];
  const hops: Int32Array[] = [];
  let next = 0;
  while (nodes.length < Math.min(count, adjacency.length)) {
    const distances = hopsFrom(adjacency, next);
    nodes.push(next);
    hops.push(distances);
    let farthest = 0;
    for (let node = 0; node < nearest.length; node += 1) {
      nearest[node] = Math.min(nearest[node] as number, distances[node] as number);
      if ((nearest[node] as number) > (nearest[farthest] as number)) farthest = node;
    }
    if (nearest[farthest] === 0) break;
    next = farthest;
  }
  return { nodes, hops };
}

/**
 * Places by classical scaling of the squared hops to the pivots (Brandes and Pich, "Eigensolver methods for progressive
 * multidimensional scaling of large data", GD 2006): a good shape of the whole, fast. `rng` only starts the iteration.
 */
export function pivotMds({ hops }: Pivots, size: number, rng: Rng): [Float64Array, Float64Array] {
  const centred = doubleCentred(hops, size);
  const first = principal(centred, size, rng, null);
  const second = principal(centred, size, rng, first.vector);
  return [first.places, second.places];
}

function doubleCentred(hops: readonly Int32Array[], size: number): Float64Array[] {
  const squares = hops.map((column) => Float64Array.from(column, (distance) => distance * distance));
  const ofColumn = squares.map((column) => sum(column) / size);
  const ofAll = sum(ofColumn) / hops.length;
  const ofRow = Float64Array.from({ length: size }, (_, node) =>
    squares.reduce((total, column) => total + (column[node] as number) / hops.length, 0),
  );
  return squares.map((column, pivot) =>
    column.map((square, node) => -0.5 * (square - (ofColumn[pivot] as number) - (ofRow[node] as number) + ofAll)),
  );
}

const ITERATIONS = 60;

/** Strongest direction of the columns by power iteration, at right angles to one that was found before. */
function principal(columns: readonly Float64Array[], size: number, rng: Rng, before: Float64Array | null) {
  let vector = Float64Array.from(columns, () => rng.between(-1, 1));
  let places = new Float64Array(size);
  for (let round = 0; round < ITERATIONS; round += 1) {
    normalise(vector);
    // Twice: where nothing is left but rounding, once leaves a share of the first direction in it.
    if (before) for (let pass = 0; pass < 2; pass += 1) removeDirection(vector, before);
    places = combined(columns, vector, size);
    vector = Float64Array.from(columns, (column) => dot(column, places));
  }
  normalise(vector);
  return { vector, places };
}

function combined(columns: readonly Float64Array[], weights: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const places = new Float64Array(size);
  for (const [pivot, column] of columns.entries()) {
    const weight = weights[pivot] as number;
    for (let node = 0; node < size; node += 1)
      places[node] = (places[node] as number) + weight * (column[node] as number);
  }
  return places;
}

/** Leaves a unit vector at right angles to the direction. */
function removeDirection(vector: Float64Array, direction: Float64Array): void {
  const share = dot(vector, direction);
  for (let index = 0; index < vector.length; index += 1) {
    vector[index] = (vector[index] as number) - share * (direction[index] as number);
  }
  normalise(vector);
}

function normalise(vector: Float64Array): void {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  for (let index = 0; index < vector.length; index += 1) vector[index] = (vector[index] as number) / length;
}

function dot(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let index = 0; index < x.length; index += 1) total += (x[index] as number) * (y[index] as number);
  return total;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
