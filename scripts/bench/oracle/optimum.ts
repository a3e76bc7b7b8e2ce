import type { Highs } from 'highs';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import { measureLoads, type OracleFigures, type OracleInstance } from './instance.ts';
import { type Goal, PathLp, type Rest } from './path-lp.ts';

export interface Optimum extends Omit<OracleFigures, 'cost'> {
  /** Null where it was not asked, or the time was not enough for it. */
  readonly cost: number | null;
  /** Demands to which the solution gives more than two new paths. */
  readonly overTwo: number;
  /** MLU and overload with at most two new paths a demand, over the paths that are known; null where not found. */
  readonly twoPaths: OracleFigures | null;
  readonly rounds: number;
}

/** Where a demand may begin: it saves rounds and changes nothing else. */
export interface OracleHint {
  readonly demand: number;
  /** Shares sum to 1. */
  readonly paths: Rest;
}

/** A small integer program that is not solved by then is not counted. */
const MILP_MS = 5000;
/** New paths that a demand may get. */
const NEW_PATHS = 2;
/** Relative reduced cost at which the program counts as solved. */
const ACCURACY = 1e-7;
const MAX_ROUNDS = 2000;
/** Integer programs larger than this are left alone. */
const MILP_DEMANDS = 400;
/** Paths that a round adds at most, the best ones: programs stay small. */
const ROUND_PATHS = 400;

/** Thrown where the time is over; a case without an oracle is not counted. */
export class OracleTimeout extends Error {}

export interface OracleOptions {
  /** On the clock of `performance.now()`. */
  readonly deadlineMs?: number;
  readonly hints?: readonly OracleHint[];
  /** The last term that counts; those after it are not minimised (the cost is NaN then). */
  readonly upTo?: Goal;
  /** Neither cost nor the rule of two paths matters where the MLU is not above this. */
  readonly plainMlu?: number;
  /** False: the cost, which takes most of the time, is left out. */
  readonly asksCost?: boolean;
}

/**
 * The exact optimum of overload, then MLU, then Fortz-Thorup cost over all ways to split the demands: column
 * generation over the full path program until no path has a negative reduced cost. Throws OracleTimeout.
 */
export function findOptimum(highs: Highs, instance: OracleInstance, options: OracleOptions = {}): Optimum {
  const { deadlineMs = Infinity, hints = [], plainMlu = 0, asksCost = true } = options;
  const upTo = options.upTo ?? 'cost';
  const lp = new PathLp(highs, instance, restsOf(instance, hints));
  try {
    const search = new Search(lp, instance, deadlineMs);
    search.reach('overload');
    if (upTo !== 'overload') search.reach('mlu');
    const [overloadBps, mlu] = [lp.overloadBps(), lp.mlu()];
    const overTwo = needy(lp);
    const isWhole = upTo === 'cost' && mlu > plainMlu;
    // The paths that the cost brings in are some to choose from where a demand has too many.
    const found = isWhole && (asksCost || overTwo > 0) ? costOf(search, lp, instance) : null;
    const cost = asksCost ? found : null;
    const twoPaths = isWhole && overTwo > 0 ? withTwoPaths(lp, instance) : null;
    return { overloadBps, mlu, cost, overTwo, twoPaths, rounds: search.rounds };
  } finally {
    lp.dispose();
  }
}

/** The hint of a demand, else its present paths where they carry all of it, else the path with the fewest hops. */
function restsOf(instance: OracleInstance, hints: readonly OracleHint[]): Rest[] {
  const { graph, alive } = instance;
  const hop = Float64Array.from(alive, (lives) => (lives ? 1 : Infinity));
  const paths = new ShortestPaths(graph);
  const hinted = new Map(hints.map((hint) => [hint.demand, hint.paths]));
  return instance.demands.map(({ source, target, current }, demand) => {
    const known = [hinted.get(demand) ?? [], current].find(isWhole);
    if (known) return known;
    paths.from(source, hop);
    return [{ share: 1, arcs: connected(paths.pathTo(target), demand) }];
  });
}

function isWhole(paths: Rest): boolean {
  return Math.abs(paths.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9;
}

function connected(arcs: readonly number[] | null, demand: number): readonly number[] {
  if (arcs && arcs.length > 0) return arcs;
  throw new Error(`the oracle's demand ${demand} is not connected`);
}

function costOf(search: Search, lp: PathLp, instance: OracleInstance): number | null {
  try {
    search.reach('cost');
  } catch (error) {
    if (error instanceof OracleTimeout) return null;
    throw error;
  }
  return measureLoads(instance, loadsOf(instance, lp)).cost;
}

class Search {
  rounds = 0;
  readonly #lp: PathLp;
  readonly #instance: OracleInstance;
  readonly #deadlineMs: number;
  readonly #paths: ShortestPaths;
  readonly #bySource = new Map<number, number[]>();

  constructor(lp: PathLp, instance: OracleInstance, deadlineMs: number) {
    this.#lp = lp;
    this.#instance = instance;
    this.#deadlineMs = deadlineMs;
    this.#paths = new ShortestPaths(instance.graph);
    instance.demands.forEach(({ source }, index) => {
      const members = this.#bySource.get(source) ?? [];
      members.push(index);
      this.#bySource.set(source, members);
    });
  }

  reach(goal: Goal): void {
    this.#lp.aim(goal);
    for (;;) {
      if (performance.now() > this.#deadlineMs) throw new OracleTimeout('the oracle ran out of time');
      this.rounds += 1;
      const { arcPrice, paid } = this.#solved();
      if (this.#price(arcPrice, paid) === 0) return;
      if (this.rounds > MAX_ROUNDS) throw new OracleTimeout('the oracle did not converge');
    }
  }

  #solved(): ReturnType<PathLp['solve']> {
    try {
      return this.#lp.solve(this.#deadlineMs - performance.now());
    } catch (cause) {
      if (performance.now() < this.#deadlineMs - 100) throw cause;
      throw new OracleTimeout('the oracle ran out of time', { cause });
    }
  }

  /** Adds cheapest paths that are cheaper than what their demands pay, the best first; how many. */
  #price(arcPrice: Float64Array, paid: Float64Array): number {
    const found: { index: number; arcs: readonly number[]; gain: number }[] = [];
    for (const [source, members] of this.#bySource) {
      this.#paths.from(source, arcPrice);
      for (const index of members) {
        const { target, bps } = this.#instance.demands[index] as OracleInstance['demands'][number];
        const own = paid[index] as number;
        const gain = own - (this.#paths.distance[target] as number) * bps;
        if (gain <= ACCURACY * Math.max(1e-6, Math.abs(own))) continue;
        found.push({ index, arcs: connected(this.#paths.pathTo(target), index), gain });
      }
    }
    const best = found.sort((x, y) => y.gain - x.gain);
    let added = 0;
    for (const { index, arcs } of best) {
      if (added >= ROUND_PATHS) break;
      if (this.#lp.addPath(index, arcs)) added += 1;
    }
    return added;
  }
}

/** How many demands have more new paths than they may have. */
function needy(lp: PathLp): number {
  const isNeedy = (paths: ReturnType<PathLp['routing']>[number]): boolean =>
    new Set(paths.flatMap(({ isCurrent, arcs }) => (isCurrent ? [] : [arcs.join(' ')]))).size > NEW_PATHS;
  return lp.routing().filter(isNeedy).length;
}

/** The optimum under the rule of two new paths, over the paths that the program knows; null where none was found. */
function withTwoPaths(lp: PathLp, instance: OracleInstance): OracleFigures | null {
  const limited = lp.withMoreThan(NEW_PATHS);
  if (limited.length > MILP_DEMANDS) return null;
  lp.reset();
  lp.limitNewPaths(limited, NEW_PATHS);
  try {
    lp.solve(MILP_MS);
    lp.aim('mlu');
    lp.solve(MILP_MS);
  } catch {
    // Not solved within its time.
    return null;
  }
  return measureLoads(instance, loadsOf(instance, lp));
}

function loadsOf(instance: OracleInstance, lp: PathLp): Float64Array {
  const loadBps = instance.fixedBps.slice();
  lp.routing().forEach((paths, index) => {
    const { bps } = instance.demands[index] as OracleInstance['demands'][number];
    for (const { share, arcs } of paths) {
      for (const arc of arcs) loadBps[arc] = (loadBps[arc] as number) + share * bps;
    }
  });
  return loadBps;
}
