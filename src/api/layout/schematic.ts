import { createRng, type Rng } from '../../core/rng.ts';
import { piecesOf } from './adjacency.ts';
import { choosePivots, pivotMds } from './pivot-mds.ts';
import { relax } from './stress.ts';

/** A place on a plane; x to the right, y down. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Longer side of the drawing. */
export const EXTENT = 1000;

const PIVOTS = 40;
const ROUNDS = 80;
/** Always the same, so that a network looks the same after every restart. */
const SEED = 0x0de7_0012;
/** Hops between pieces, and the shape of the whole. */
const GAP = 1.5;
const ASPECT = 1.6;

/** Places for the nodes of a graph by its hops alone: the same graph, the same places. */
export function schematicLayout(adjacency: readonly (readonly number[])[]): Place[] {
  const rng = createRng(SEED);
  const pieces = piecesOf(adjacency).map((nodes) => ({ nodes, places: placesOf(nodes, adjacency, rng) }));
  const places = pack(pieces.map((piece) => piece.places));
  const result: Place[] = [];
  for (const [index, { nodes }] of pieces.entries()) {
    for (const [at, node] of nodes.entries()) result[node] = places[index]?.[at] as Place;
  }
  return fitted(result);
}

function placesOf(nodes: readonly number[], adjacency: readonly (readonly number[])[], rng: Rng): Place[] {
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const own = nodes.map((node) => (adjacency[node] ?? []).map((other) => numbers.get(other) as number));
  const pivots = choosePivots(own, PIVOTS);
  const [x, y] = pivotMds(pivots, nodes.length, rng);
  scaleToHops([x, y], own);
  relax([x, y], own, pivots, ROUNDS, rng);
  return nodes.map((_, index) => ({ x: x[index] as number, y: y[index] as number }));
}

/** Makes the average link one hop long, which is what the relaxation starts best from. */
function scaleToHops([x, y]: [Float64Array, Float64Array], adjacency: readonly (readonly number[])[]): void {
  let [total, count] = [0, 0];
  for (const [node, others] of adjacency.entries()) {
    for (const other of others) {
      total += Math.hypot((x[node] as number) - (x[other] as number), (y[node] as number) - (y[other] as number));
      count += 1;
    }
  }
  const factor = total > 0 ? count / total : 1;
  for (const axis of [x, y])
    for (let node = 0; node < axis.length; node += 1) axis[node] = (axis[node] as number) * factor;
}

/** Pieces side by side in rows, the largest first. */
function pack(pieces: readonly (readonly Place[])[]): Place[][] {
  const boxes = pieces.map(boxOf);
  const area = boxes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const rowWidth = Math.max(boxes[0]?.width ?? 0, Math.sqrt(area * ASPECT));
  let [left, top, rowHeight] = [0, 0, 0];
  return pieces.map((places, index) => {
    const { minX, minY, width, height } = boxes[index] as Box;
    if (left > 0 && left + width > rowWidth) [left, top, rowHeight] = [0, top + rowHeight + GAP, 0];
    const [byX, byY] = [left - minX, top - minY];
    left += width + GAP;
    rowHeight = Math.max(rowHeight, height);
    return places.map(({ x, y }) => ({ x: x + byX, y: y + byY }));
  });
}

/** Everything within 0..EXTENT, to a tenth. */
function fitted(places: readonly Place[]): Place[] {
  const { minX, minY, width, height } = boxOf(places);
  const scale = EXTENT / (Math.max(width, height) || 1);
  const round = (value: number) => Math.round(value * scale * 10) / 10;
  return places.map(({ x, y }) => ({ x: round(x - minX), y: round(y - minY) }));
}

interface Box {
  readonly minX: number;
  readonly minY: number;
  readonly width: number;
  readonly height: number;
}

function boxOf(places: readonly Place[]): Box {
  let [minX, minY, maxX, maxY] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity];
  for (const { x, y } of places) {
    [minX, minY, maxX, maxY] = [Math.min(minX, x), Math.min(minY, y), Math.max(maxX, x), Math.max(maxY, y)];
  }
  if (places.length === 0) return { minX: 0, minY: 0, width: 0, height: 0 };
  return { minX, minY, width: maxX - minX, height: maxY - minY };
}
