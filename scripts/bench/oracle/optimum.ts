import type { Highs } from 'highs';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import { measureLoads, type OracleFigures, type OracleInstance } from './instance.ts';
import { type Goal, PathLp } from './path-lp.ts';

export interface Optimum extends OracleFigures {
  /** Demands to which the solution gives more than two new paths. */
  readonly overTwo: number;
  /** MLU and overload with at most two new paths a demand, over the paths that are known; null where not found. */
  readonly twoPaths: OracleFigures | null;
  readonly rounds: number;
}

/** A path to begin with: it saves rounds and changes nothing else. */
export interface OracleHint {
  readonly demand: number;
  readonly arcs: readonly number[];
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

/** Thrown where the time is over; a case without an oracle is not counted. */
export class OracleTimeout extends Error {}

export interface OracleOptions {
  /** On the clock of `performance.now()`. */
  readonly deadlineMs?: number;
  readonly hints?: readonly OracleHint[];
  /** The last term that counts; those after it are not minimised (the cost is NaN then). */
  readonly upTo?: Goal;
}

/**
 * The exact optimum of overload, then MLU, then Fortz-Thorup cost over all ways to split the demands: column
 * generation over the full path program until no path has a negative reduced cost. Throws OracleTimeout.
 */
export function findOptimum(highs: Highs, instance: OracleInstance, options: OracleOptions = {}): Optimum {
  const { deadlineMs = Infinity, hints = [], upTo = 'cost' } = options;
  const lp = new PathLp(highs, instance);
  try {
    const search = new Search(lp, instance, deadlineMs);
    search.begin();
    for (const { demand, arcs } of hints) lp.addPath(demand, arcs);
    search.reach('overload');
    if (upTo !== 'overload') search.reach('mlu');
    const [overloadBps, mlu] = [lp.overloadBps(), lp.mlu()];
    if (upTo !== 'cost') {
      return { overloadBps, mlu, cost: Number.NaN, overTwo: 0, twoPaths: null, rounds: search.rounds };
    }
    const overTwo = needy(lp);
    search.reach('cost');
    const { cost } = measureLoads(instance, loadsOf(instance, lp));
    const twoPaths = overTwo.size > 0 && overTwo.size <= MILP_DEMANDS ? withTwoPaths(lp, instance) : null;
    return { overloadBps, mlu, cost, overTwo: overTwo.size, twoPaths, rounds: search.rounds };
  } finally {
    lp.dispose();
  }
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

  /** Every demand gets its present paths and the one with the fewest hops. */
  begin(): void {
    this.#instance.demands.forEach((demand, index) => {
      for (const { arcs } of demand.current) this.#lp.addPath(index, arcs, true);
    });
    const hop = Float64Array.from(this.#instance.alive, (lives) => (lives ? 1 : Infinity));
    this.#price(hop, null);
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

  /** Adds the cheapest path of every demand that is cheaper than what it pays; how many there were. */
  #price(arcPrice: Float64Array, paid: Float64Array | null): number {
    let added = 0;
    for (const [source, members] of this.#bySource) {
      this.#paths.from(source, arcPrice);
      for (const index of members) {
        const { target, bps } = this.#instance.demands[index] as OracleInstance['demands'][number];
        const price = (this.#paths.distance[target] as number) * bps;
        if (paid && price >= (paid[index] as number) - ACCURACY * Math.max(1e-6, Math.abs(paid[index] as number)))
          continue;
        const arcs = this.#paths.pathTo(target);
        if (!arcs || arcs.length === 0) throw new Error(`the oracle's demand ${index} is not connected`);
        if (this.#lp.addPath(index, arcs)) added += 1;
      }
    }
    return added;
  }
}

/** Demands with more new paths than they may have. */
function needy(lp: PathLp): Set<number> {
  const found = new Set<number>();
  lp.routing().forEach((paths, index) => {
    if (paths.filter(({ isCurrent }) => !isCurrent).length > NEW_PATHS) found.add(index);
  });
  return found;
}

/** The optimum under the rule of two new paths, over the paths that the program knows; null where none was found. */
function withTwoPaths(lp: PathLp, instance: OracleInstance): OracleFigures | null {
  const limited = new Set(instance.demands.keys());
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
