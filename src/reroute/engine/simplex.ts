import type { Curves } from './curve.ts';
import { type Column, type FlowProblem, type FlowRouting, footprintPrice } from './flow.ts';
import { Kernel } from './kernel.ts';
import { type Leaving, RatioTest } from './ratio-test.ts';
import { type Entering, exchange, unmark } from './simplex-pivot.ts';
import { CAP, SimplexState } from './simplex-state.ts';
import { SimplexSystem } from './simplex-system.ts';

/** What a stage minimises. */
export interface StageObjective {
  readonly curves: Curves;
  /** Weight of the highest utilisation; 0 where it does not count. */
  readonly mluWeight: number;
}

/** Reduced costs above this (relative to the price scale) are taken for zero. */
const OPTIMAL = 1e-9;
const MAX_ROW_PIVOTS = 60;

/**
 * Primal simplex for path flows with generalised upper bounds (Dantzig, Van Slyke 1967): each commodity has one key
 * column that takes what its others leave, so that the kernel is only as large as the number of arcs at a kink of
 * their cost. Columns are offered from outside; every accepted one makes the objective smaller.
 */
export class FlowSimplex {
  readonly state: SimplexState;
  /** Cost per unit of load on each arc by the present basis. */
  readonly price: Float64Array;
  pivots = 0;
  /** True when rounding broke the kernel; the routing is valid, but cannot be improved any further. */
  broken = false;
  readonly #system: SimplexSystem;
  readonly #kernel = new Kernel();
  readonly #ratio: RatioTest;
  readonly #direction: Float64Array;
  #rowPrice: Float64Array = new Float64Array(0);
  #kernelIsOld = true;
  #priceIsOld = true;
  #priceScale = 1;

  constructor(problem: FlowProblem, objective: StageObjective, routing: FlowRouting) {
    const { arcCount } = problem.graph;
    this.state = new SimplexState(problem, objective.curves, objective.mluWeight, routing);
    this.#system = new SimplexSystem(this.state);
    this.price = new Float64Array(arcCount);
    this.#direction = new Float64Array(arcCount);
    this.#ratio = new RatioTest(this.state);
    this.#purify(routing);
  }

  /** Highest price per unit of load x capacity: what reduced costs are measured by. */
  get priceScale(): number {
    return this.#priceScale;
  }

  /** Brings the prices up to date; false when the basis is broken. */
  refresh(): boolean {
    if (this.#priceIsOld) this.#reprice();
    return !this.broken;
  }

  /** What one unit of the commodity pays now on its key column. */
  paid(commodity: number): number {
    const key = this.state.keys[commodity] as Column;
    return footprintPrice(this.price, key) + key.cost;
  }

  /** Offers a column; true when it made the objective smaller. */
  enter(column: Column): boolean {
    if (!this.refresh()) return false;
    const saving = this.paid(column.commodity) - footprintPrice(this.price, column) - column.cost;
    if (saving <= OPTIMAL * this.#priceScale) return false;
    return this.#enterColumn(column, 0, 1, saving) && this.#repairRows();
  }

  routing(): FlowRouting {
    return this.state.routing();
  }

  /** Start values that are not basic move, one after the other, until they are. */
  #purify(routing: FlowRouting): void {
    for (const flows of routing) {
      for (const { column, value } of flows) {
        if (column === this.state.keys[column.commodity]) continue;
        if (!this.refresh()) return;
        const saving = this.paid(column.commodity) - footprintPrice(this.price, column) - column.cost;
        const start = value * (this.state.units[column.commodity] as number);
        this.#enterColumn(column, start, saving > 0 ? 1 : -1, Math.abs(saving));
      }
    }
    if (this.refresh()) this.#repairRows();
  }

  #enterColumn(column: Column, start: number, sign: 1 | -1, saving: number): boolean {
    const { state } = this;
    const direction = this.#direction.fill(0);
    state.scatterDifference(direction, column, sign);
    const rhs = Float64Array.from(state.rowArc, (arc) => -(direction[arc] as number));
    return this.#move(rhs, -saving, { column, start, sign });
  }

  /** Rows whose price has the wrong sign give way. */
  #repairRows(): boolean {
    for (let pivot = 0; pivot < MAX_ROW_PIVOTS; pivot += 1) {
      if (!this.refresh()) return true;
      const worst = this.#worstRow();
      if (worst === null) return true;
      this.#releaseRow(worst.row, worst.sign, worst.rate);
    }
    return true;
  }

  #worstRow(): { row: number; sign: 1 | -1; rate: number } | null {
    let found: { row: number; sign: 1 | -1; rate: number } | null = null;
    let worst = -OPTIMAL * this.#priceScale;
    this.state.rowArc.forEach((_, row) => {
      for (const [sign, rate] of this.#rowRates(row)) {
        if (rate >= worst) continue;
        worst = rate;
        found = { row, sign, rate };
      }
    });
    return found;
  }

  /** Change of the objective per unit of load by which a tight arc is let down (-1) or up (1). */
  #rowRates(row: number): [1 | -1, number][] {
    const { state } = this;
    const price = this.#rowPrice[row] as number;
    if (state.rowKind[row] === CAP) return [[-1, price]];
    const arc = state.rowArc[row] as number;
    const piece = state.kinkOf[arc] as number;
    return [
      [-1, price - state.slope(arc, piece)],
      [1, state.slope(arc, piece + 1) - price],
    ];
  }

  #releaseRow(row: number, sign: 1 | -1, rate: number): void {
    const rhs = new Float64Array(this.state.rowArc.length);
    rhs[row] = sign;
    this.#direction.fill(0);
    unmark(this.state, row, sign);
    this.#move(rhs, rate, { row });
  }

  /** Moves along the direction given by the right side of the kernel system until something blocks; pivots there. */
  #move(rhs: Float64Array, rate: number, entering: Entering): boolean {
    this.#factorise();
    if (this.broken) return false;
    const change = this.#kernel.solve(rhs);
    const mluChange = this.#system.addBasics(this.#direction, change);
    this.#system.straighten(this.#direction, mluChange, 'row' in entering ? entering.row : -1);
    const leaving = this.#ratio.run({
      direction: this.#direction,
      change,
      mluChange,
      rate,
      column: 'column' in entering ? entering : null,
    });
    if (leaving === null) {
      this.broken = true;
      return false;
    }
    this.pivots += 1;
    this.#pivot(entering, leaving);
    return true;
  }

  #pivot(entering: Entering, leaving: Leaving): void {
    this.#priceIsOld = true;
    if (!exchange(this.state, entering, leaving)) this.#kernelIsOld = true;
  }

  #factorise(): void {
    if (!this.#kernelIsOld) return;
    const size = this.state.rowArc.length;
    if (!this.#kernel.factorise(this.#system.kernelMatrix(), size)) this.broken = true;
    this.#kernelIsOld = false;
  }

  #reprice(): void {
    this.#factorise();
    if (this.broken) return;
    const { state, price } = this;
    this.#system.baseSlopes(price);
    this.#rowPrice = this.#kernel.solveTransposed(this.#system.basicCosts(price));
    state.rowArc.forEach((arc, row) => {
      price[arc] = (price[arc] as number) + (this.#rowPrice[row] as number);
    });
    let scale = 0;
    for (const each of price) scale = Math.max(scale, each);
    this.#priceScale = Math.max(scale, Number.MIN_VALUE);
    this.#priceIsOld = false;
  }
}
