import type { Highs, Model } from 'highs';
import { addPath, priceOf } from './figures.ts';
import type { ArcPath, RerouteProblem, Routing } from './problem.ts';

/** What a stage minimises, and what it must not make worse. */
export interface Objective {
  readonly minimise: 'mlu' | 'overload';
  /** bit/s of overload that must not be exceeded; null where it does not matter. */
  readonly overloadBudgetBps: number | null;
}

/** A share below this is none. */
const USED = 1e-9;

/** Prices per bit/s on arcs, from the duals of the rows. */
export interface MasterSolution {
  readonly objective: number;
  readonly price: Float64Array;
}

interface FlowColumn {
  readonly demand: number;
  readonly arcs: ArcPath;
  /** +1: takes this path; -1: leaves this current path. */
  readonly sign: 1 | -1;
  /** Which keepable path it leaves; -1 for a path that is taken. */
  readonly leaves: number;
}

type RowMeaning = { readonly kind: 'demand' | 'budget' } | { readonly kind: 'mlu' | 'overload'; readonly arc: number };

/**
 * Restricted master of the path-flow linear program (column generation, Ford and Fulkerson 1958), grown by rows and
 * columns where they matter: arcs enter when they are hot, demands when another path is found for them. Loads are
 * relative to capacity and flows relative to demands, so all coefficients are near 1.
 */
export class Master {
  readonly #problem: RerouteProblem;
  readonly #objective: Objective;
  readonly #highs: Highs;
  readonly #model: Model;
  readonly #columns: (FlowColumn | null)[] = [];
  readonly #rows: RowMeaning[] = [];
  readonly #demandRow = new Map<number, number>();
  /** Columns of an active demand. */
  readonly #columnsOf = new Map<number, number[]>();
  /** Flow columns over an arc, and the rows of a watched arc. */
  readonly #columnsOver: number[][];
  readonly #rowsOf: (number[] | null)[];
  /** Loads with every keepable path as it is, bit/s. */
  readonly baseBps: Float64Array;
  readonly #scaleBps: number;
  #budgetRow = -1;
  #primal: Float64Array = new Float64Array(0);

  constructor(highs: Highs, problem: RerouteProblem, objective: Objective) {
    this.#highs = highs;
    this.#problem = problem;
    this.#objective = objective;
    this.#scaleBps = Math.max(1, ...problem.graph.capacityBps);
    this.#columnsOver = Array.from({ length: problem.graph.arcCount }, () => []);
    this.#rowsOf = Array.from({ length: problem.graph.arcCount }, () => null);
    this.baseBps = problem.fixedBps.slice();
    for (const demand of problem.movable) {
      for (const path of demand.keepable) addPath(this.baseBps, path.arcs, path.share * demand.bps);
    }
    this.#model = highs.createModel();
    this.#model.options.set({ output_flag: false, presolve: 'off', solver: 'simplex', simplex_strategy: 4 });
    this.#addColumn(objective.minimise === 'mlu' ? 1 : 0, 0, highs.infinity, [], [], null);
    if (objective.overloadBudgetBps !== null) {
      this.#budgetRow = this.#addRow(-highs.infinity, objective.overloadBudgetBps / this.#scaleBps, [], [], {
        kind: 'budget',
      });
    }
  }

  dispose(): void {
    this.#model.dispose();
  }

  watches(arc: number): boolean {
    return this.#rowsOf[arc] !== null;
  }

  /** Adds the rows of an arc, once. */
  watch(arc: number): void {
    if (this.watches(arc)) return;
    this.#rowsOf[arc] = [];
    const base = (this.baseBps[arc] as number) / this.#capacity(arc);
    const indices = (this.#columnsOver[arc] as number[]).slice();
    const values = indices.map((index) => this.#coefficient(this.#columns[index] as FlowColumn, arc));
    if (this.#objective.minimise === 'mlu') {
      this.#addRow(-this.#highs.infinity, -base, [...indices, 0], [...values, -1], { kind: 'mlu', arc });
    }
    if (this.#objective.minimise === 'overload' || this.#objective.overloadBudgetBps !== null) {
      this.#addOverloadRow(arc, base, indices, values);
    }
  }

  /** Lets a demand take a path. */
  addPath(demand: number, arcs: ArcPath): void {
    const row = this.#demandRow.get(demand) ?? this.#activate(demand);
    this.#addFlow({ demand, arcs, sign: 1, leaves: -1 }, row, this.#highs.infinity);
  }

  /** Solves; the master must be feasible (every demand that must leave has a path). */
  solve(): MasterSolution {
    this.#model.run();
    const solution = this.#model.getSolution();
    this.#primal = solution.colValue;
    const price = new Float64Array(this.#problem.graph.arcCount);
    this.#rows.forEach((row, index) => {
      if (row.kind !== 'mlu' && row.kind !== 'overload') return;
      const dual = Math.max(0, -(solution.rowDual[index] as number));
      price[row.arc] = (price[row.arc] as number) + dual / this.#capacity(row.arc);
    });
    return { objective: this.#model.getObjectiveValue(), price };
  }

  /** Loads of the last solution, bit/s. */
  loads(): Float64Array {
    const loadBps = this.baseBps.slice();
    this.#columns.forEach((column, index) => {
      const value = this.#primal[index] ?? 0;
      if (!column || value === 0) return;
      addPath(
        loadBps,
        column.arcs,
        column.sign * value * (this.#problem.movable[column.demand] as { bps: number }).bps,
      );
    });
    return loadBps;
  }

  /** Demands with columns of their own. */
  get activeDemands(): Iterable<number> {
    return this.#columnsOf.keys();
  }

  /** Price of the dearest path that a demand uses in the last solution. */
  dearestUsed(demand: number, price: Float64Array): number {
    const columns = this.#columnsOf.get(demand);
    const { keepable } = this.#problem.movable[demand] as { keepable: readonly { share: number; arcs: ArcPath }[] };
    const left = new Float64Array(keepable.length);
    let most = 0;
    for (const index of columns ?? []) {
      const column = this.#columns[index] as FlowColumn;
      const value = this.#primal[index] ?? 0;
      if (column.sign < 0) left[column.leaves] = value;
      else if (value > USED) most = Math.max(most, priceOf(price, column.arcs));
    }
    keepable.forEach((path, index) => {
      if (path.share - (left[index] as number) > USED) most = Math.max(most, priceOf(price, path.arcs));
    });
    return most;
  }

  /** The routing of the last solution: kept and taken paths with their shares. */
  routing(): Routing {
    const flows = this.#problem.movable.map((demand) =>
      demand.keepable.map((path) => ({ share: path.share, arcs: path.arcs })),
    );
    this.#columns.forEach((column, index) => {
      const value = this.#primal[index] ?? 0;
      if (!column || value <= 0) return;
      const list = flows[column.demand] as { share: number; arcs: ArcPath }[];
      if (column.sign > 0) list.push({ share: value, arcs: column.arcs });
      else (list[column.leaves] as { share: number }).share -= value;
    });
    return flows;
  }

  #addOverloadRow(arc: number, base: number, indices: readonly number[], values: readonly number[]): void {
    const weight = this.#capacity(arc) / this.#scaleBps;
    const inBudget = this.#budgetRow >= 0;
    const cost = this.#objective.minimise === 'overload' ? weight : 0;
    const slack = this.#addColumn(
      cost,
      0,
      this.#highs.infinity,
      inBudget ? [this.#budgetRow] : [],
      inBudget ? [weight] : [],
      null,
    );
    const room = (this.#problem.limit[arc] as number) - base;
    this.#addRow(-this.#highs.infinity, room, [...indices, slack], [...values, -1], { kind: 'overload', arc });
  }

  /** The row that keeps a demand whole: taken - left = what must leave anyway. */
  #activate(demand: number): number {
    const { keepable } = this.#problem.movable[demand] as { keepable: readonly { share: number; arcs: ArcPath }[] };
    const must = Math.max(0, 1 - keepable.reduce((sum, path) => sum + path.share, 0));
    const row = this.#addRow(must, must, [], [], { kind: 'demand' });
    this.#demandRow.set(demand, row);
    this.#columnsOf.set(demand, []);
    keepable.forEach((path, leaves) => {
      this.#addFlow({ demand, arcs: path.arcs, sign: -1, leaves }, row, path.share);
    });
    return row;
  }

  #addFlow(column: FlowColumn, demandRow: number, upper: number): void {
    const indices = [demandRow];
    const values: number[] = [column.sign];
    for (const arc of column.arcs) {
      for (const row of this.#rowsOf[arc] ?? []) {
        indices.push(row);
        values.push(this.#coefficient(column, arc));
      }
    }
    const index = this.#addColumn(0, 0, upper, indices, values, column);
    (this.#columnsOf.get(column.demand) as number[]).push(index);
    for (const arc of column.arcs) (this.#columnsOver[arc] as number[]).push(index);
  }

  #addColumn(
    cost: number,
    lower: number,
    upper: number,
    indices: number[],
    values: number[],
    column: FlowColumn | null,
  ): number {
    this.#model.addCol(cost, lower, upper, { indices, values });
    return this.#columns.push(column) - 1;
  }

  #addRow(lower: number, upper: number, indices: number[], values: number[], meaning: RowMeaning): number {
    this.#model.addRow(lower, upper, { indices, values });
    const row = this.#rows.push(meaning) - 1;
    if (meaning.kind === 'mlu' || meaning.kind === 'overload') (this.#rowsOf[meaning.arc] as number[]).push(row);
    return row;
  }

  #capacity(arc: number): number {
    return this.#problem.graph.capacityBps[arc] as number;
  }

  #coefficient(column: FlowColumn, arc: number): number {
    return (column.sign * (this.#problem.movable[column.demand] as { bps: number }).bps) / this.#capacity(arc);
  }
}
