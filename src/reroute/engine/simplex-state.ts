import type { Curves } from './curve.ts';
import type { Column, ColumnFlow, FlowProblem, FlowRouting } from './flow.ts';

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
    this.hold(this.rowArc.length, hottest, CAP);
  }

  /** Keeps an arc where it is by a row of this number. */
  hold(row: number, arc: number, kind: number): void {
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
