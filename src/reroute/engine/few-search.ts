import type { Movable } from './commodities.ts';
import { forCommodity, MAX_NEW_PATHS, overSplit } from './few-paths.ts';
import { figuresOf, isClearlyBetter, type LoadFigures } from './figures.ts';
import { type Column, type Commodity, type FlowRouting, flowLoads } from './flow.ts';
import { optimise } from './optimise.ts';
import { keyed, PathPool } from './path-pool.ts';
import type { Scenario } from './prepare.ts';

/** Times that the shares are worked out again, at most; fewer where many demands may move. */
const MAX_TRIES = 160;
const MIN_TRIES = 6;
/** Tries times commodities: bounds the time. */
const WORK = 12_000;
/** Part of the tries that the dive may take. */
const DIVE_TRIES = 24;
/** An arc this near to the highest utilisation is one of the hottest. */
const HOT = 1e-3;

interface Found {
  readonly routing: FlowRouting;
  readonly figures: LoadFigures;
  /** New paths of the demands that may have no others. */
  readonly pairs: ReadonlyMap<number, readonly Column[]>;
}

/**
 * Search for routings with few new paths per demand that lose little against the linear program. First a dive: demands
 * are fixed to their two strongest new paths, the clearest first, and all shares are worked out again each time; then
 * paths of demands on the hottest arcs are exchanged, one at a time. Bounded by a number of tries, not by time, so that
 * the same scenario gives the same routing.
 */
export class FewSearch {
  readonly #movable: Movable;
  readonly #stays: readonly (Column | null)[];
  readonly #parts = new Map<number, number[]>();
  readonly #pool: PathPool;
  readonly #scenario: Scenario;
  #triesLeft: number;

  constructor(scenario: Scenario, movable: Movable, stays: readonly (Column | null)[]) {
    const { commodities } = movable.problem;
    this.#scenario = scenario;
    this.#movable = movable;
    this.#stays = stays;
    this.#pool = new PathPool(scenario, movable.problem);
    this.#triesLeft = Math.max(MIN_TRIES, Math.min(MAX_TRIES, Math.floor(WORK / commodities.length)));
    commodities.forEach(({ demand }, index) => {
      const known = this.#parts.get(demand);
      if (known) known.push(index);
      else this.#parts.set(demand, [index]);
    });
  }

  /** The best routing found; null where it is no better than `known`. `goal`: no routing can be better. */
  run(optimum: FlowRouting, known: LoadFigures, goal: LoadFigures): FlowRouting | null {
    let best = this.#dive(optimum);
    const isDone = (): boolean => this.#triesLeft <= 0 || (best !== null && !isClearlyBetter(goal, best.figures));
    while (best && !isDone()) {
      const next: Found | null = this.#exchange(best, isDone);
      if (!next) break;
      best = next;
    }
    return best && isClearlyBetter(best.figures, known) ? best.routing : null;
  }

  #dive(optimum: FlowRouting): Found | null {
    const pairs = new Map<number, readonly Column[]>();
    let routing = optimum;
    for (let dive = 0; ; dive += 1) {
      const over = overSplit(this.#scenario, this.#movable, routing).filter(({ demand }) => !pairs.has(demand));
      if (over.length === 0) break;
      if (this.#triesLeft <= 0) return null;
      over.sort((x, y) => x.surplusBps - y.surplusBps || x.demand - y.demand);
      const count = Math.max(1, Math.ceil(over.length / Math.max(1, Math.min(DIVE_TRIES - dive, this.#triesLeft))));
      for (const { demand, fresh } of over) for (const column of fresh) this.#pool.add(demand, column);
      for (const { demand, fresh } of over.slice(0, count)) pairs.set(demand, fresh.slice(0, MAX_NEW_PATHS));
      routing = this.#share(routing, pairs);
    }
    return { routing, figures: this.#figures(routing), pairs };
  }

  /** The first exchange of one path that makes things better. */
  #exchange(now: Found, isDone: () => boolean): Found | null {
    for (const pairs of this.#exchanges(now)) {
      if (isDone()) return null;
      const next = this.#try(now.routing, pairs);
      if (next && isClearlyBetter(next.figures, now.figures)) return next;
    }
    return null;
  }

  /** Pairs with one path more or another one, for demands on the hottest arcs. */
  *#exchanges(now: Found): Generator<ReadonlyMap<number, readonly Column[]>> {
    const loadBps = flowLoads(this.#movable.problem, now.routing);
    for (const [demand, pair] of this.#onHot(now, loadBps)) {
      this.#pool.addCooler(demand, this.#endsOf(demand), loadBps);
      const kept = new Set(pair.map(keyed));
      const others = this.#pool.of(demand).filter((column) => !kept.has(keyed(column)));
      for (const column of others) {
        for (const rest of restsOf(pair)) yield new Map(now.pairs).set(demand, [...rest, column]);
      }
    }
  }

  /** Demands with their new paths that put something on hot arcs, the largest first. */
  #onHot({ routing, pairs, figures }: Found, loadBps: Float64Array): [number, readonly Column[]][] {
    const { commodities, graph, limit } = this.#movable.problem;
    const isHot = (arc: number): boolean => {
      const level = Math.min(figures.mlu * (1 - HOT), limit[arc] as number);
      return (loadBps[arc] as number) >= level * (graph.capacityBps[arc] as number);
    };
    const hot: { demand: number; bps: number }[] = [];
    for (const [demand, parts] of this.#parts) {
      let bps = 0;
      for (const index of parts) {
        for (const { column, value } of routing[index] as FlowRouting[number]) {
          if (column.arcs.some(isHot)) bps += value * (commodities[index] as Commodity).bps;
        }
      }
      if (bps > 0 && pairs.has(demand)) hot.push({ demand, bps });
    }
    return hot
      .sort((x, y) => y.bps - x.bps || x.demand - y.demand)
      .map(({ demand }) => [demand, pairs.get(demand) as readonly Column[]]);
  }

  #try(routing: FlowRouting, pairs: ReadonlyMap<number, readonly Column[]>): Found | null {
    const next = this.#share(routing, pairs);
    const isOver = overSplit(this.#scenario, this.#movable, next).some(({ demand }) => !pairs.has(demand));
    return isOver ? null : { routing: next, figures: this.#figures(next), pairs };
  }

  /** Best shares where these demands may take their pairs, their old paths and nothing else. */
  #share(from: FlowRouting, pairs: ReadonlyMap<number, readonly Column[]>): FlowRouting {
    this.#triesLeft -= 1;
    const closed = new Map<number, readonly Column[]>();
    const start = [...from];
    for (const [demand, pair] of pairs) {
      for (const index of this.#parts.get(demand) as readonly number[]) {
        const stay = this.#stays[index];
        const columns = [...pair, ...this.#pool.oldOf(demand)].map((column) => forCommodity(column, index));
        if (stay) columns.push(stay);
        closed.set(index, columns);
        start[index] = within(start[index] as FlowRouting[number], columns);
      }
    }
    return optimise(this.#movable.problem, start, { stays: this.#stays, closed }).routing;
  }

  #endsOf(demand: number): Commodity {
    const [first] = this.#parts.get(demand) as readonly number[];
    return this.#movable.problem.commodities[first as number] as Commodity;
  }

  #figures(routing: FlowRouting): LoadFigures {
    return figuresOf(this.#movable.problem, flowLoads(this.#movable.problem, routing));
  }
}

/** What stays of a pair when one path is added. */
function restsOf(pair: readonly Column[]): (readonly Column[])[] {
  return pair.length < MAX_NEW_PATHS ? [pair] : pair.map((_, slot) => pair.filter((_column, at) => at !== slot));
}

/** What of the flows is on these columns, scaled to all of the demand; the first column where nothing is. */
function within(flows: FlowRouting[number], columns: readonly Column[]): FlowRouting[number] {
  const allowed = new Set(columns.map(keyed));
  const kept = flows.filter(({ column }) => allowed.has(keyed(column)));
  const value = kept.reduce((sum, flow) => sum + flow.value, 0);
  if (value > 0) return kept.map((flow) => ({ column: flow.column, value: flow.value / value }));
  return [{ column: columns[0] as Column, value: 1 }];
}
