import { ShortestPaths } from '../../twin/shortest-path.ts';
import { pathColumn } from './columns.ts';
import { figuresOf } from './figures.ts';
import type { Column, Commodity, FlowProblem } from './flow.ts';
import type { Scenario } from './prepare.ts';

/** How sharply ways avoid load. */
const SHARPNESS = [6, 24] as const;
/** Ways per sharpness, and how much dearer the arcs of one are for the next. */
const WAYS = 6;
const DEARER = 3;
/** Paths that are looked at per demand. */
const MAX_POOL = 16;

/** New paths that are worth a try, by demand. Paths that a demand has already are not new, and never among them. */
export class PathPool {
  readonly #scenario: Scenario;
  readonly #problem: FlowProblem;
  readonly #paths: ShortestPaths;
  readonly #old = new Map<number, readonly Column[]>();
  readonly #fresh = new Map<number, Map<string, Column>>();

  constructor(scenario: Scenario, problem: FlowProblem) {
    this.#scenario = scenario;
    this.#problem = problem;
    this.#paths = new ShortestPaths(problem.graph);
  }

  of(demand: number): readonly Column[] {
    return [...(this.#fresh.get(demand)?.values() ?? [])];
  }

  /** Present paths of a demand that may take more. */
  oldOf(demand: number): readonly Column[] {
    const known = this.#old.get(demand);
    if (known) return known;
    const { open } = this.#problem;
    const paths = this.#scenario.current.paths(demand).filter(({ arcs }) => arcs.every((arc) => open[arc]));
    const columns = paths.map(({ arcs }) => pathColumn(-1, arcs));
    this.#old.set(demand, columns);
    return columns;
  }

  add(demand: number, column: Column): void {
    const fresh = this.#fresh.get(demand) ?? new Map<string, Column>();
    const isOld = this.oldOf(demand).some((old) => keyed(old) === keyed(column));
    if (fresh.size < MAX_POOL && !isOld && !fresh.has(keyed(column))) fresh.set(keyed(column), column);
    this.#fresh.set(demand, fresh);
  }

  /** Adds ways that avoid the present load (bit/s per arc), more or less sharply. */
  addCooler(demand: number, { source, target }: Commodity, loadBps: Float64Array): void {
    const { graph, open } = this.#problem;
    const { mlu } = figuresOf(this.#problem, loadBps);
    for (const sharpness of SHARPNESS) {
      const cost = loadBps.map((bps, arc) => {
        const capacity = graph.capacityBps[arc] as number;
        return open[arc] ? Math.exp(sharpness * (bps / capacity / (mlu || 1) - 1)) / capacity : Infinity;
      });
      for (let way = 0; way < WAYS; way += 1) {
        this.#paths.from(source, cost);
        const arcs = this.#paths.pathTo(target);
        if (!arcs) break;
        this.add(demand, pathColumn(-1, arcs));
        // What has been found becomes dearer, so that the next way is another one.
        for (const arc of arcs) cost[arc] = (cost[arc] as number) * DEARER;
      }
    }
  }
}

/** Tells columns of one demand apart. */
export function keyed(column: Column): string {
  return column.isStay ? 'stay' : column.arcs.join();
}
