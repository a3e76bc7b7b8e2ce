import type { Curves } from './curve.ts';
import { type Column, type ColumnFlow, type FlowProblem, type FlowRouting, footprintPrice } from './flow.ts';
import type { Leaving } from './ratio-test.ts';

/** Kinds of rows: the arc is at the highest utilisation, or at a kink of its cost. */
export const CAP = 0;
export const KINK = 1;

/** Loads are larger by up to this part of the capacity, so that no two arcs block at the same point. */
const PERTURBATION = 5e-11;
/** A part of a commodity below this is none. */
const NONE = 1e-9;

/** A basis of the path-flow program: keys and other basic columns with their values, tight rows, loads. */
export class SimplexState {
  readonly problem: FlowProblem;
  readonly curves: Curves;
  readonly mluWeight: number;
  /** bit/s of one unit of load. */
  readonly unitBps: number;
  /** Size of each commodity in units of load. */
  readonly units: Float64Array;
  readonly capacity: Float64Array;
  readonly load: Float64Array;
  /** Piece of its curve on which an arc is. */
  readonly piece: Int32Array;
  /** Kink at which an arc is held; -1 where it is not. */
  readonly kinkOf: Int32Array;
  /** 1 where the arc is held at the highest utilisation. */
  readonly capped: Uint8Array;
  mlu = 0;
  readonly keys: Column[] = [];
  /** Values are in units of load, not parts of their commodity, so that kernels are well scaled. */
  readonly keyValue: Float64Array;
  /** Basic columns besides the keys; null stands for the highest utilisation. */
  readonly basics: (Column | null)[] = [];
  readonly basicValue: number[] = [];
  readonly rowArc: number[] = [];
  readonly rowKind: number[] = [];
  readonly #scratch: Float64Array;

  constructor(problem: FlowProblem, curves: Curves, mluWeight: number, routing: FlowRouting) {
    const { graph, commodities } = problem;
    this.problem = problem;
    this.curves = curves;
    this.mluWeight = mluWeight;
    this.unitBps = graph.capacityBps.reduce((most, bps) => Math.max(most, bps), 1);
    this.units = Float64Array.from(commodities, ({ bps }) => bps / this.unitBps);
    this.capacity = graph.capacityBps.map((bps) => bps / this.unitBps);
    this.load = problem.fixedBps.map(
      (bps, arc) => bps / this.unitBps + PERTURBATION * scatter(arc) * (this.capacity[arc] as number),
    );
    this.piece = new Int32Array(graph.arcCount);
    this.kinkOf = new Int32Array(graph.arcCount).fill(-1);
    this.capped = new Uint8Array(graph.arcCount);
    this.keyValue = new Float64Array(commodities.length);
    this.#scratch = new Float64Array(graph.arcCount);
    this.#start(routing);
  }

  /** Slope of an arc's cost on a piece. */
  slope(arc: number, piece: number): number {
    return this.curves.slopes[arc * (this.curves.pieces + 1) + piece] as number;
  }

  /** Load at which piece + 1 begins; Infinity after the last one. */
  kink(arc: number, piece: number): number {
    const { pieces, breaks } = this.curves;
    return piece < pieces ? (breaks[arc * pieces + piece] as number) : Infinity;
  }

  /** Adds units x (column - key of its commodity). */
  scatterDifference(into: Float64Array, column: Column, units: number): void {
    scatterColumn(into, column, units);
    scatterColumn(into, this.keys[column.commodity] as Column, -units);
  }

  /** Adds what the basic columns change; returns the change of the highest utilisation. */
  addBasics(direction: Float64Array, change: Float64Array): number {
    let mluChange = 0;
    this.basics.forEach((column, at) => {
      const by = change[at] as number;
      if (column === null) mluChange = by;
      else if (by !== 0) this.scatterDifference(direction, column, by);
    });
    return mluChange;
  }

  /** Takes the rounding out of arcs that are held where they are. */
  straighten(direction: Float64Array, mluChange: number, released: number): void {
    this.rowArc.forEach((arc, row) => {
      if (row === released) return;
      direction[arc] = this.rowKind[row] === CAP ? (this.capacity[arc] as number) * mluChange : 0;
    });
  }

  /** Slopes of arcs that are on a piece of their curve; 0 on those held at a kink. */
  baseSlopes(price: Float64Array): void {
    const { alive } = this.problem;
    for (let arc = 0; arc < price.length; arc += 1) {
      price[arc] = alive[arc] && (this.kinkOf[arc] as number) < 0 ? this.slope(arc, this.piece[arc] as number) : 0;
    }
  }

  /** Right side of the price system: what each basic column costs beyond its key, negated. */
  basicCosts(price: Float64Array): Float64Array {
    return Float64Array.from(this.basics, (column) => {
      if (column === null) return -this.mluWeight;
      const key = this.keys[column.commodity] as Column;
      const more = footprintPrice(price, column) + column.cost - footprintPrice(price, key) - key.cost;
      return -more;
    });
  }

  kernelMatrix(): Float64Array {
    const size = this.rowArc.length;
    const matrix = new Float64Array(size * size);
    this.basics.forEach((column, at) => {
      if (column) this.scatterDifference(this.#scratch, column, 1);
      for (let row = 0; row < size; row += 1) {
        const arc = this.rowArc[row] as number;
        const entry = column ? this.#scratch[arc] : this.rowKind[row] === CAP ? -(this.capacity[arc] as number) : 0;
        matrix[row * size + at] = entry as number;
      }
      if (column) this.#clear(column);
    });
    return matrix;
  }

  /** Lets go of an arc that was held: it moves down (-1) or up (1). */
  unmark(row: number, sign: 1 | -1): void {
    const arc = this.rowArc[row] as number;
    if (this.rowKind[row] === CAP) this.capped[arc] = 0;
    else {
      this.piece[arc] = (this.kinkOf[arc] as number) + (sign > 0 ? 1 : 0);
      this.kinkOf[arc] = -1;
    }
  }

  /** Exchanges what enters for what leaves; true when the kernel is the same as before. */
  replace(
    entering: { readonly column: Column; readonly start: number; readonly sign: number } | { readonly row: number },
    leaving: Leaving,
  ): boolean {
    if (leaving.kind === 'entering') return true;
    if ('column' in entering) {
      const value = entering.start + entering.sign * leaving.step;
      return this.#replaceByColumn(entering.column, value, leaving);
    }
    this.#replaceRow(entering.row, leaving);
    return false;
  }

  routing(): FlowRouting {
    const flows: ColumnFlow[][] = this.keys.map((column, index) => {
      const value = (this.keyValue[index] as number) / (this.units[index] as number);
      return value > NONE ? [{ column, value }] : [];
    });
    this.basics.forEach((column, at) => {
      if (!column) return;
      const value = (this.basicValue[at] as number) / (this.units[column.commodity] as number);
      if (value > NONE) (flows[column.commodity] as ColumnFlow[]).push({ column, value });
    });
    return flows.map(wholeOf);
  }

  #start(routing: FlowRouting): void {
    routing.forEach((flows, commodity) => {
      const key = flows.reduce((most, flow) => (flow.value > most.value ? flow : most));
      this.keys[commodity] = key.column;
      this.keyValue[commodity] = key.value * (this.units[commodity] as number);
      for (const { column, value } of flows) {
        scatterColumn(this.load, column, value * (this.units[commodity] as number));
      }
    });
    for (let arc = 0; arc < this.load.length; arc += 1) this.piece[arc] = this.#pieceAt(arc, this.load[arc] as number);
    if (this.mluWeight > 0) this.#capHottest();
  }

  #pieceAt(arc: number, load: number): number {
    let piece = 0;
    while (piece < this.curves.pieces && this.kink(arc, piece) < load) piece += 1;
    return piece;
  }

  #capHottest(): void {
    let hottest = -1;
    for (let arc = 0; arc < this.load.length; arc += 1) {
      const utilisation = (this.load[arc] as number) / (this.capacity[arc] as number);
      if (!this.problem.alive[arc] || (hottest >= 0 && utilisation <= this.mlu)) continue;
      this.mlu = utilisation;
      hottest = arc;
    }
    if (hottest < 0) return;
    this.basics.push(null);
    this.basicValue.push(0);
    this.#hold(this.rowArc.length, hottest, CAP);
  }

  #replaceByColumn(column: Column, value: number, leaving: Leaving): boolean {
    if (leaving.kind === 'row') {
      this.#hold(this.rowArc.length, leaving.arc, leaving.rowKind);
      this.basics.push(column);
      this.basicValue.push(value);
      return false;
    }
    if (leaving.kind === 'basic') return this.#put(leaving.at, column, value);
    if (leaving.kind !== 'key') return true;
    const { commodity } = leaving;
    if (commodity === column.commodity) {
      this.keys[commodity] = column;
      this.keyValue[commodity] = value;
      return !this.basics.some((basic) => basic?.commodity === commodity);
    }
    return this.#put(this.#promote(commodity), column, value);
  }

  #put(at: number, column: Column, value: number): boolean {
    this.basics[at] = column;
    this.basicValue[at] = value;
    return false;
  }

  #replaceRow(row: number, leaving: Leaving): void {
    if (leaving.kind === 'row') {
      this.#hold(row, leaving.arc, leaving.rowKind);
      return;
    }
    const at = leaving.kind === 'basic' ? leaving.at : leaving.kind === 'key' ? this.#promote(leaving.commodity) : -1;
    this.basics.splice(at, 1);
    this.basicValue.splice(at, 1);
    this.rowArc.splice(row, 1);
    this.rowKind.splice(row, 1);
  }

  /** Makes the largest other column of a commodity its key; returns its place among the basics. */
  #promote(commodity: number): number {
    let best = -1;
    this.basics.forEach((column, at) => {
      if (column?.commodity !== commodity) return;
      if (best < 0 || (this.basicValue[at] as number) > (this.basicValue[best] as number)) best = at;
    });
    this.keys[commodity] = this.basics[best] as Column;
    this.keyValue[commodity] = this.basicValue[best] as number;
    return best;
  }

  #hold(row: number, arc: number, kind: number): void {
    this.rowArc[row] = arc;
    this.rowKind[row] = kind;
    if (kind === CAP) this.capped[arc] = 1;
    else this.kinkOf[arc] = this.#nearestKink(arc);
  }

  #nearestKink(arc: number): number {
    const load = this.load[arc] as number;
    let best = 0;
    for (let piece = 1; piece < this.curves.pieces; piece += 1) {
      if (Math.abs(this.kink(arc, piece) - load) < Math.abs(this.kink(arc, best) - load)) best = piece;
    }
    return best;
  }

  #clear(column: Column): void {
    for (const arc of column.arcs) this.#scratch[arc] = 0;
    for (const arc of (this.keys[column.commodity] as Column).arcs) this.#scratch[arc] = 0;
  }
}

/** Values that sum to 1, whatever rounding and dropped crumbs took away. */
function wholeOf(flows: readonly ColumnFlow[]): readonly ColumnFlow[] {
  const sum = flows.reduce((total, { value }) => total + value, 0);
  return flows.map(({ column, value }) => ({ column, value: value / sum }));
}

function scatterColumn(into: Float64Array, column: Column, units: number): void {
  const { arcs, shares } = column;
  for (let at = 0; at < arcs.length; at += 1) {
    const arc = arcs[at] as number;
    into[arc] = (into[arc] as number) + (shares === null ? units : units * (shares[at] as number));
  }
}

/** A number in [0, 1) that looks random and is always the same for an arc (multiplicative hashing). */
function scatter(arc: number): number {
  return (Math.imul(arc + 1, 0x9e3779b1) >>> 0) / 0x1_0000_0000;
}
