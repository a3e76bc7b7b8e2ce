import type { Highs } from 'highs';
import { Master, type Objective } from './master.ts';
import type { PathPool } from './path-pool.ts';
import { type PricedPath, Pricing } from './pricing.ts';
import type { RerouteProblem, Routing } from './problem.ts';

export interface StageResult {
  readonly routing: Routing;
  readonly loadBps: Float64Array;
  /** Prices per bit/s of the last solution. */
  readonly price: Float64Array;
  readonly rounds: number;
  /** False when the bound on rounds ended it; the bound then shows the gap. */
  readonly converged: boolean;
}

const MAX_ROUNDS = 60;
/** Columns and rows that enter per round: enough to make progress, few enough to keep the master small. */
const COLUMNS_PER_ROUND = 150;
const ROWS_PER_ROUND = 12;
const FIRST_ROWS = 16;
/** Relative accuracy of the linear program; well below what telemetry can tell apart. */
const ACCURACY = 1e-5;

/** Solves one objective to (near) optimality by column and row generation; paths found go to the pool. */
export function solveStage(highs: Highs, problem: RerouteProblem, pool: PathPool, objective: Objective): StageResult {
  const master = new Master(highs, problem, objective);
  try {
    for (const path of pool.paths) master.addPath(path.demand, path.arcs);
    for (const arc of hottest(problem, master.baseBps, FIRST_ROWS)) master.watch(arc);
    return iterate(master, problem, pool, new Pricing(problem), objective);
  } finally {
    master.dispose();
  }
}

function iterate(
  master: Master,
  problem: RerouteProblem,
  pool: PathPool,
  pricing: Pricing,
  objective: Objective,
): StageResult {
  for (let rounds = 1; ; rounds += 1) {
    const { price } = master.solve();
    const loadBps = master.loads();
    const rows = exceeding(problem, master, loadBps, objective);
    for (const arc of rows) master.watch(arc);
    const columns = pricing.cheaper(master, price, loadBps, tolerance(price), COLUMNS_PER_ROUND);
    const added = takeColumns(columns, master, pool);
    if (rows.length === 0 && added === 0) return { routing: master.routing(), loadBps, price, rounds, converged: true };
    if (rounds >= MAX_ROUNDS) return { routing: master.routing(), loadBps, price, rounds, converged: false };
  }
}

function takeColumns(columns: readonly PricedPath[], master: Master, pool: PathPool): number {
  let added = 0;
  for (const column of columns) {
    if (added >= COLUMNS_PER_ROUND) break;
    if (!pool.add(column.demand, column.arcs)) continue;
    master.addPath(column.demand, column.arcs);
    added += 1;
  }
  return added;
}

function tolerance(price: Float64Array): number {
  return Math.max(...price) * ACCURACY;
}

/** Unwatched arcs that the solution loads beyond what it minimises or must keep. */
function exceeding(problem: RerouteProblem, master: Master, loadBps: Float64Array, objective: Objective): number[] {
  const { capacityBps, arcCount } = problem.graph;
  const candidates: { arc: number; excess: number }[] = [];
  let mlu = 0;
  for (let arc = 0; arc < arcCount; arc += 1) {
    if (problem.alive[arc] && master.watches(arc))
      mlu = Math.max(mlu, (loadBps[arc] as number) / (capacityBps[arc] as number));
  }
  for (let arc = 0; arc < arcCount; arc += 1) {
    if (!problem.alive[arc] || master.watches(arc)) continue;
    const utilisation = (loadBps[arc] as number) / (capacityBps[arc] as number);
    const overMlu = objective.minimise === 'mlu' ? utilisation - mlu * (1 + ACCURACY) : -1;
    const overLimit =
      objective.minimise === 'overload' || objective.overloadBudgetBps !== null
        ? utilisation - (problem.limit[arc] as number) * (1 + ACCURACY)
        : -1;
    const excess = Math.max(overMlu, overLimit);
    if (excess > 0) candidates.push({ arc, excess });
  }
  return candidates
    .sort((x, y) => y.excess - x.excess || x.arc - y.arc)
    .slice(0, ROWS_PER_ROUND)
    .map(({ arc }) => arc);
}

function hottest(problem: RerouteProblem, loadBps: Float64Array, count: number): number[] {
  const { capacityBps, arcCount } = problem.graph;
  const arcs: number[] = [];
  for (let arc = 0; arc < arcCount; arc += 1) if (problem.alive[arc]) arcs.push(arc);
  const utilisation = (arc: number): number => (loadBps[arc] as number) / (capacityBps[arc] as number);
  return arcs.sort((x, y) => utilisation(y) - utilisation(x) || x - y).slice(0, count);
}
