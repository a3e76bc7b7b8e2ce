import type { Highs, Model } from 'highs';
import { arcSlope, BPS_PER_GBPS, COST_PIECES, type OracleInstance, type OraclePath } from './instance.ts';

/** What is minimised; the terms before it are kept at their optimum. */
export type Goal = 'overload' | 'mlu' | 'cost';

interface ArcRows {
  /** Row that sets the pieces of the arc's utilisation to its load. */
  readonly load: number;
  /** Its columns: one per cost piece, and the utilisation above the limit. */
  readonly pieces: readonly number[];
  readonly over: number;
}

interface PathColumn {
  readonly demand: number;
  readonly arcs: readonly number[];
  readonly column: number;
  /** Whether the demand takes this path today. */
  readonly isCurrent: boolean;
}

/** Paths that take, in these shares (sum 1), what a demand's own columns do not take; any will do, good ones save time. */
export type Rest = readonly OraclePath[];

/** How HiGHS solves: at first all prices are right and the values are not, later it is the other way round. */
const DUAL = 1;
const PRIMAL = 4;

/** A share below this is none. */
const USED = 1e-7;
/** Keeps rounding from making a stage infeasible that the one before it solved. */
const SLACK = 1e-9;

/** So many of the paths that a demand takes today are let in with the first new one. */
const MOST_CURRENT = 8;

/**
 * The linear program over paths: per arc, load / capacity = sum of its cost pieces <= MLU, and <= limit + overload. A
 * mix of paths takes the rest of each demand, 1 - sum of its columns' shares, so a demand has no row until it needs a
 * column: most never do. All arcs that a path uses have their rows; the others carry constants. One
 * model serves all goals, so that each starts from the solution of the one before.
 */
export class PathLp {
  readonly #instance: OracleInstance;
  readonly #rests: readonly Rest[];
  readonly #highs: Highs;
  readonly #model: Model;
  readonly #scaleBps: number;
  /** Loads of all rests, as if there were no columns; bit/s per arc. */
  readonly #restBps: Float64Array;
  readonly #arcRows = new Map<number, ArcRows>();
  /** Rows that keep the shares of a demand's columns at 1 at most. */
  readonly #demandRows = new Map<number, number>();
  readonly #paths: PathColumn[] = [];
  readonly #known = new Set<string>();
  readonly #current: readonly ReadonlySet<string>[];
  readonly #mlu: number;
  #columns = 0;
  #rows = 0;
  #goal: Goal = 'overload';
  #budgetRow = -1;
  #budgetBps = Infinity;
  /** Overload of the arcs without rows, bit/s. */
  #constantOverloadBps = 0;
  #value: ArrayLike<number> = [];

  /** `rests` are of the demands, in their order. */
  constructor(highs: Highs, instance: OracleInstance, rests: readonly Rest[]) {
    this.#highs = highs;
    this.#instance = instance;
    this.#rests = rests;
    this.#current = instance.demands.map(({ current }) => new Set(current.map(({ arcs }) => arcs.join(' '))));
    const { capacityBps, arcCount } = instance.graph;
    this.#scaleBps = capacityBps.reduce((most, bps) => Math.max(most, bps), 1);
    this.#restBps = new Float64Array(arcCount);
    this.#model = highs.createModel();
    this.#model.options.set({ output_flag: false, presolve: 'off', solver: 'simplex', simplex_strategy: DUAL });
    let hottest = 0;
    for (let arc = 0; arc < arcCount; arc += 1) {
      if (!instance.alive[arc]) continue;
      hottest = Math.max(hottest, this.#fixed(arc));
      this.#constantOverloadBps += this.#fixedOverloadBps(arc);
    }
    this.#mlu = this.#addColumn(0, hottest, [], []);
    for (const [demand, rest] of rests.entries()) {
      for (const [arc, share] of arcShares(rest)) {
        this.#restBps[arc] = (this.#restBps[arc] as number) + share * this.#demand(demand).bps;
      }
      // A rest of one path is that path.
      if (rest.length === 1) this.#known.add(keyOf(demand, rest[0]?.arcs ?? []));
    }
    for (const [arc, bps] of this.#restBps.entries()) if (bps > 0) this.#rowsOf(arc);
  }

  dispose(): void {
    this.#model.dispose();
  }

  /** Lets a demand take a path, and with the first one all others that are known; false when it could before. */
  addPath(demand: number, arcs: readonly number[]): boolean {
    const isFirst = !this.#demandRows.has(demand);
    const isNew = this.#addColumnOf(demand, arcs);
    if (!isNew || !isFirst) return isNew;
    for (const path of this.#rest(demand)) this.#addColumnOf(demand, path.arcs);
    for (const path of this.#demand(demand).current.slice(0, MOST_CURRENT)) this.#addColumnOf(demand, path.arcs);
    return true;
  }

  #addColumnOf(demand: number, arcs: readonly number[]): boolean {
    const key = keyOf(demand, arcs);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    const { bps } = this.#demand(demand);
    const change = new Map<number, number>();
    for (const arc of arcs) change.set(arc, bps / this.#capacity(arc));
    for (const [arc, share] of arcShares(this.#rest(demand))) {
      change.set(arc, (change.get(arc) ?? 0) - (share * bps) / this.#capacity(arc));
    }
    const changed = [...change].filter(([, value]) => value !== 0);
    const rows = [this.#demandRow(demand), ...changed.map(([arc]) => this.#rowsOf(arc).load)];
    const column = this.#addColumn(0, 0, rows, [1, ...changed.map(([, value]) => value)]);
    this.#paths.push({ demand, arcs, column, isCurrent: this.#isCurrent(demand, arcs) });
    return true;
  }

  #demandRow(demand: number): number {
    const known = this.#demandRows.get(demand);
    if (known !== undefined) return known;
    const row = this.#addRow(-this.#highs.infinity, 1, [], []);
    this.#demandRows.set(demand, row);
    return row;
  }

  #rest(demand: number): Rest {
    return this.#rests[demand] as Rest;
  }

  #isCurrent(demand: number, arcs: readonly number[]): boolean {
    return this.#current[demand]?.has(arcs.join(' ')) === true;
  }

  /** Changes what is minimised; the value that the term before it reached becomes a bound. */
  aim(goal: Goal): void {
    if (goal === 'mlu') this.#keepOverload();
    if (goal === 'cost') this.#model.changeColBounds(this.#mlu, 0, this.mlu() * (1 + SLACK) + SLACK);
    this.#goal = goal;
    this.#model.changeColCost(this.#mlu, goal === 'mlu' ? 1 : 0);
    for (const [arc, rows] of this.#arcRows) this.#price(arc, rows);
  }

  /** Solves; answers with the price of a bit/s on each arc and the price that each demand pays now. */
  solve(limitMs = Infinity): { arcPrice: Float64Array; paid: Float64Array } {
    this.#model.zeroAllClocks();
    this.#model.options.set({ time_limit: Number.isFinite(limitMs) ? Math.max(0.01, limitMs / 1000) : 1e9 });
    this.#model.run();
    this.#model.options.set({ simplex_strategy: PRIMAL });
    if (!this.isOptimal()) throw new Error(`the oracle's program ended with status ${this.#model.getModelStatus()}`);
    const { colValue, rowDual } = this.#model.getSolution();
    this.#value = colValue;
    const { graph, alive } = this.#instance;
    const arcPrice = new Float64Array(graph.arcCount);
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      const rows = this.#arcRows.get(arc);
      if (!alive[arc]) arcPrice[arc] = Infinity;
      else if (rows) arcPrice[arc] = Math.max(0, -(rowDual[rows.load] as number)) / this.#capacity(arc);
      else arcPrice[arc] = this.#constantPrice(arc);
    }
    return { arcPrice, paid: this.#paid(arcPrice, rowDual) };
  }

  /** What each demand pays for its rest, less what a larger rest would save it. */
  #paid(arcPrice: Float64Array, rowDual: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.#instance.demands, ({ bps }, demand) => {
      const row = this.#demandRows.get(demand);
      const price = this.#rest(demand).reduce(
        (sum, { share, arcs }) => sum + share * arcs.reduce((all, arc) => all + (arcPrice[arc] as number), 0),
        0,
      );
      return bps * price + (row === undefined ? 0 : Math.min(0, rowDual[row] as number));
    });
  }

  isOptimal(): boolean {
    return this.#model.getModelStatus() === this.#highs.constants.modelStatus.optimal;
  }

  mlu(): number {
    return this.#value[this.#mlu] as number;
  }

  overloadBps(): number {
    let sum = this.#constantOverloadBps;
    for (const [arc, { over }] of this.#arcRows) sum += (this.#value[over] as number) * this.#capacity(arc);
    return sum;
  }

  /** Paths with their shares in the last solution, per demand. */
  routing(): (OraclePath & { readonly isCurrent: boolean })[][] {
    const routing: (OraclePath & { readonly isCurrent: boolean })[][] = this.#instance.demands.map(() => []);
    const rest = this.#instance.demands.map(() => 1);
    for (const { demand, arcs, column, isCurrent } of this.#paths) {
      const share = this.#value[column] as number;
      rest[demand] = (rest[demand] as number) - share;
      if (share > USED) routing[demand]?.push({ share, arcs, isCurrent });
    }
    for (const [demand, left] of rest.entries()) {
      if (left <= USED) continue;
      for (const { share, arcs } of this.#rest(demand)) {
        routing[demand]?.push({ share: left * share, arcs, isCurrent: this.#isCurrent(demand, arcs) });
      }
    }
    return routing;
  }

  /** Demands that know more new paths than so many. */
  withMoreThan(count: number): number[] {
    const known = this.#instance.demands.map((_, demand) => this.#newOfRest(demand));
    for (const { demand, isCurrent } of this.#paths) if (!isCurrent) known[demand] = (known[demand] as number) + 1;
    return [...known.keys()].filter((demand) => (known[demand] as number) > count);
  }

  /** At most `count` new paths for these demands from now on: a binary column per path that switches it on. */
  limitNewPaths(demands: readonly number[], count: number): void {
    for (const demand of demands) {
      const own = this.#paths.filter((path) => path.demand === demand);
      const switches = own.flatMap(({ column, isCurrent }) => (isCurrent ? [] : [this.#switchOf([column], [1], 0)]));
      const weights = switches.map(() => 1);
      const newOfRest = this.#newOfRest(demand);
      if (newOfRest > 0) {
        // The rest is 1 less the sum of the columns.
        const columns = own.map(({ column }) => column);
        const minus = columns.map(() => -1);
        switches.push(this.#switchOf(columns, minus, -1));
        weights.push(newOfRest);
      }
      this.#addRow(-this.#highs.infinity, count, switches, weights);
    }
    this.#model.options.set({ presolve: 'choose', solver: 'choose', mip_rel_gap: 1e-6 });
  }

  #newOfRest(demand: number): number {
    return this.#rest(demand).filter(({ arcs }) => !this.#isCurrent(demand, arcs)).length;
  }

  /** A binary column that must be 1 where the sum is above `least`. */
  #switchOf(columns: readonly number[], values: readonly number[], least: number): number {
    const chosen = this.#addColumn(0, 0, [], [], 1);
    this.#model.changeColIntegrality(chosen, this.#highs.constants.variableType.integer);
    this.#addRow(-this.#highs.infinity, least, [...columns, chosen], [...values, -1]);
    return chosen;
  }

  /** Back to overload as the first goal, without what was found before. */
  reset(): void {
    this.#model.changeColBounds(this.#mlu, 0, this.#highs.infinity);
    this.#budgetBps = Infinity;
    this.#boundBudget();
    this.aim('overload');
  }

  #keepOverload(): void {
    this.#budgetBps = this.overloadBps() + SLACK * this.#scaleBps;
    if (this.#budgetRow < 0) {
      const arcs = [...this.#arcRows];
      const columns = arcs.map(([, { over }]) => over);
      const weights = arcs.map(([arc]) => this.#capacity(arc) / this.#scaleBps);
      this.#budgetRow = this.#addRow(-this.#highs.infinity, this.#highs.infinity, columns, weights);
    }
    this.#boundBudget();
  }

  #boundBudget(): void {
    if (this.#budgetRow < 0) return;
    const room = (this.#budgetBps - this.#constantOverloadBps) / this.#scaleBps;
    const upper = Number.isFinite(room) ? Math.max(0, room) : this.#highs.infinity;
    this.#model.changeRowBounds(this.#budgetRow, -this.#highs.infinity, upper);
  }

  #rowsOf(arc: number): ArcRows {
    const known = this.#arcRows.get(arc);
    if (known) return known;
    const constant = this.#fixed(arc) + (this.#restBps[arc] as number) / this.#capacity(arc);
    this.#constantOverloadBps -= this.#fixedOverloadBps(arc);
    const load = this.#addRow(-constant, -constant, [], []);
    const pieces = COST_PIECES.map(({ from }, at) => {
      const width = (COST_PIECES[at + 1]?.from ?? this.#highs.infinity) - from;
      return this.#addColumn(0, 0, [load], [-1], Math.min(width, this.#highs.infinity));
    });
    const budget = this.#budgetRow >= 0 ? [this.#budgetRow] : [];
    const over = this.#addColumn(
      0,
      0,
      budget,
      budget.map(() => this.#capacity(arc) / this.#scaleBps),
    );
    const ones = pieces.map(() => 1);
    this.#addRow(-this.#highs.infinity, 0, [...pieces, this.#mlu], [...ones, -1]);
    this.#addRow(-this.#highs.infinity, this.#instance.limit, [...pieces, over], [...ones, -1]);
    const rows = { load, pieces, over };
    this.#arcRows.set(arc, rows);
    this.#price(arc, rows);
    this.#boundBudget();
    return rows;
  }

  #price(arc: number, { pieces, over }: ArcRows): void {
    this.#model.changeColCost(over, this.#goal === 'overload' ? this.#capacity(arc) / this.#scaleBps : 0);
    const weight = this.#goal === 'cost' ? this.#capacity(arc) / this.#costScaleBps : 0;
    for (const [at, column] of pieces.entries()) {
      this.#model.changeColCost(column, weight * (COST_PIECES[at]?.slope ?? 0));
    }
  }

  /** Price of a bit/s on an arc that has no rows: nothing that moves uses it yet. */
  #constantPrice(arc: number): number {
    if (this.#goal === 'cost') return arcSlope(this.#fixed(arc)) / this.#costScaleBps;
    if (this.#goal === 'overload' && this.#fixed(arc) >= this.#instance.limit) return 1 / this.#scaleBps;
    return 0;
  }

  get #costScaleBps(): number {
    return Math.max(BPS_PER_GBPS, this.#scaleBps);
  }

  #fixed(arc: number): number {
    return (this.#instance.fixedBps[arc] as number) / this.#capacity(arc);
  }

  #fixedOverloadBps(arc: number): number {
    return Math.max(0, this.#fixed(arc) - this.#instance.limit) * this.#capacity(arc);
  }

  #capacity(arc: number): number {
    return this.#instance.graph.capacityBps[arc] as number;
  }

  #demand(index: number): OracleInstance['demands'][number] {
    return this.#instance.demands[index] as OracleInstance['demands'][number];
  }

  #addColumn(cost: number, lower: number, indices: number[], values: number[], upper = this.#highs.infinity): number {
    this.#model.addCol(cost, lower, upper, { indices, values });
    this.#columns += 1;
    return this.#columns - 1;
  }

  #addRow(lower: number, upper: number, indices: number[], values: number[]): number {
    this.#model.addRow(lower, upper, { indices, values });
    this.#rows += 1;
    return this.#rows - 1;
  }
}

/** Share of a demand on each arc. */
function arcShares(paths: Rest): Map<number, number> {
  const shares = new Map<number, number>();
  for (const { share, arcs } of paths) for (const arc of arcs) shares.set(arc, (shares.get(arc) ?? 0) + share);
  return shares;
}

function keyOf(demand: number, arcs: readonly number[]): string {
  return `${demand}:${arcs.join(' ')}`;
}
