import { fortzThorup } from '../../src/verify/figures.ts';
import type { DetourPlan, PlanFigures, PlanPath } from '../../topology/formats/detour-plan.ts';
import type { Demand, Network } from '../../topology/model.ts';
import { planOf } from './scenarios.ts';

/** A planner for a handful of nodes that tries everything; as slow and as plain as can be, and made of other parts than `verify`. */
export interface Task {
  readonly network: Network;
  readonly demands: readonly Demand[];
  readonly base: 'igp' | 'pinned';
  readonly failed: readonly string[];
  readonly avoided: readonly string[];
  readonly stale: readonly string[];
  readonly limit: number;
}

interface Arc {
  readonly id: string;
  readonly link: string;
  readonly from: string;
  readonly to: string;
  readonly capacityBps: number;
  readonly metric: number;
}

type Paths = Demand['paths'] & object;

export function arcsOf(network: Network): Arc[] {
  return network.links.flatMap((link) => [
    {
      id: `${link.id}:az`,
      link: link.id,
      from: link.a,
      to: link.z,
      capacityBps: link.capacityBps.az,
      metric: link.metric.az,
    },
    {
      id: `${link.id}:za`,
      link: link.id,
      from: link.z,
      to: link.a,
      capacityBps: link.capacityBps.za,
      metric: link.metric.za,
    },
  ]);
}

/** All paths without loops. */
export function simplePaths(
  arcs: readonly Arc[],
  source: string,
  target: string,
  seen: readonly string[] = [],
): Arc[][] {
  if (source === target) return [[]];
  return arcs
    .filter((arc) => arc.from === source && !seen.includes(arc.to))
    .flatMap((arc) => simplePaths(arcs, arc.to, target, [...seen, source]).map((rest) => [arc, ...rest]));
}

const metricOf = (path: readonly Arc[]): number => path.reduce((sum, arc) => sum + arc.metric, 0);

/** The paths of least metric; at each node equal shares for each arc that one of them takes. */
export function igpPaths(arcs: readonly Arc[], source: string, target: string): PlanPath[] {
  const shortest = (from: string): Arc[][] => {
    const all = simplePaths(arcs, from, target);
    const least = Math.min(...all.map(metricOf));
    return all.filter((path) => metricOf(path) === least);
  };
  return shortest(source).map((path) => ({
    share: path.reduce((share, arc) => share / new Set(shortest(arc.from).map(([first]) => first)).size, 1),
    arcs: path.map(({ id }) => id),
  }));
}

class Exhaustive {
  readonly task: Task;
  readonly arcs: readonly Arc[];
  readonly alive: readonly Arc[];
  readonly before: readonly Paths[];

  constructor(task: Task) {
    this.task = task;
    this.arcs = arcsOf(task.network);
    this.alive = this.arcs.filter(({ link }) => !task.failed.includes(link));
    const routed = task.base === 'igp' ? this.alive : this.arcs;
    this.before = task.demands.map((demand) => {
      return (task.base === 'pinned' && demand.paths) || igpPaths(routed, demand.source, demand.target);
    });
  }

  isAlive(id: string): boolean {
    return this.alive.some((arc) => arc.id === id);
  }

  /** bit/s on an arc: a broken path loads what comes before the break. */
  load(routes: readonly Paths[], id: string, counts: (demand: number) => boolean = () => true): number {
    return sum(routes.map((paths, demand) => (counts(demand) ? (this.#loadsOf(demand, paths).get(id) ?? 0) : 0)));
  }

  readonly #known = new Map<Paths, Map<number, Map<string, number>>>();

  #loadsOf(demand: number, paths: Paths): Map<string, number> {
    const byDemand = this.#known.get(paths) ?? new Map<number, Map<string, number>>();
    this.#known.set(paths, byDemand);
    const known = byDemand.get(demand);
    if (known) return known;
    const bps = new Map<string, number>();
    for (const { share, arcs } of paths) {
      const broken = arcs.findIndex((id) => !this.isAlive(id));
      for (const id of broken < 0 ? arcs : arcs.slice(0, broken)) {
        bps.set(id, (bps.get(id) ?? 0) + share * (this.task.demands[demand] as Demand).bps);
      }
    }
    byDemand.set(demand, bps);
    return bps;
  }

  figures(routes: readonly Paths[]): PlanFigures {
    let lostBps = 0;
    routes.forEach((paths, demand) => {
      const arrives = paths.filter(({ arcs }) => arcs.every((id) => this.isAlive(id)));
      lostBps += (1 - sum(arrives.map(({ share }) => share))) * (this.task.demands[demand] as Demand).bps;
    });
    const loads = this.alive.map((arc) => ({ arc, bps: this.load(routes, arc.id) }));
    return {
      lostBps: lostBps < 1e-3 ? 0 : lostBps,
      overloadBps: sum(loads.map(({ arc, bps }) => Math.max(0, bps - this.task.limit * arc.capacityBps))),
      mlu: Math.max(0, ...loads.map(({ arc, bps }) => bps / arc.capacityBps)),
      cost: sum(loads.map(({ arc, bps }) => fortzThorup(bps / 1e9, arc.capacityBps / 1e9))),
    };
  }

  get overloaded(): string[] {
    const { limit } = this.task;
    return this.alive.filter((arc) => this.load(this.before, arc.id) > limit * arc.capacityBps).map(({ id }) => id);
  }

  connects({ source, target }: Demand): boolean {
    return simplePaths(this.alive, source, target).length > 0;
  }

  /** Affected and not lost for good. */
  get movable(): number[] {
    const { demands, avoided } = this.task;
    const bad = new Set([...avoided, ...this.overloaded]);
    const isBad = (id: string): boolean => bad.has(id) || !this.isAlive(id);
    return demands.flatMap((demand, index) => {
      const touched = (this.before[index] as Paths).some(({ arcs }) => arcs.some(isBad));
      return touched && demand.bps > 0 && this.connects(demand) ? [index] : [];
    });
  }

  /** Where a demand may go as a whole; null: it stays as it is. */
  choices(demand: Demand): (Paths | null)[] {
    const open = this.alive.filter(({ id }) => !this.task.stale.includes(id));
    const ways = simplePaths(open, demand.source, demand.target).slice(0, 4);
    return [null, ...ways.map((way) => [{ share: 1, arcs: way.map(({ id }) => id) }])];
  }

  onAvoided(routes: readonly Paths[]): { demand: string; arc: string; reason: string }[] {
    return this.task.demands.flatMap((demand, index) =>
      this.task.avoided
        .filter((arc) => this.load(routes, arc, (other) => other === index) > 0)
        .map((arc) => ({ demand: demand.id, arc, reason: 'every other way is worse' })),
    );
  }

  best(): readonly Paths[] {
    const { demands } = this.task;
    let best: { routes: readonly Paths[]; value: number[] } | null = null;
    for (const routes of this.#all(this.movable)) {
      const { lostBps, overloadBps, mlu, cost } = this.figures(routes);
      const moves = routes.filter((paths, index) => paths !== this.before[index]).length;
      const value = [lostBps, overloadBps, this.onAvoided(routes).length, mlu, cost, moves];
      if (!best || isLess(value, best.value)) best = { routes, value };
    }
    return best ? best.routes : demands.map((_demand, index) => this.before[index] as Paths);
  }

  *#all(movable: readonly number[]): Generator<readonly Paths[]> {
    const [first, ...rest] = movable;
    if (first === undefined) {
      yield this.before;
      return;
    }
    for (const routes of this.#all(rest)) {
      for (const choice of this.choices(this.task.demands[first] as Demand)) {
        yield choice === null ? routes : routes.with(first, choice);
      }
    }
  }

  /** The order in which single moves never overfill an arc; null where none exists. */
  order(routes: readonly Paths[], moved: readonly number[]): number[] | null {
    const most = new Map(
      this.alive.map(({ id, capacityBps }) => [
        id,
        Math.max(this.task.limit * capacityBps, this.load(this.before, id), this.load(routes, id)) * (1 + 1e-12),
      ]),
    );
    const stuck = new Set<string>();
    const extend = (made: readonly number[]): number[] | null => {
      if (made.length === moved.length) return [...made];
      const key = made.toSorted().join();
      if (stuck.has(key)) return null;
      const now = this.before.map((paths, index) => (made.includes(index) ? (routes[index] as Paths) : paths));
      for (const move of moved.filter((index) => !made.includes(index))) {
        const fits = this.alive.every(({ id }) => {
          const [old, fresh] = [now, routes].map((all) => this.load(all, id, (demand) => demand === move)) as [
            number,
            number,
          ];
          return fresh <= old || this.load(now, id) + fresh - old <= (most.get(id) as number);
        });
        const found = fits ? extend([...made, move]) : null;
        if (found) return found;
      }
      stuck.add(key);
      return null;
    };
    return extend([]);
  }

  /** The best bound with a price of 1 on some set of arcs. */
  bound(movable: readonly number[]): {
    mlu: number;
    arcPrices: Record<string, number>;
    overloadBps: number;
    overloadPrices: Record<string, number>;
  } {
    const best = { mlu: 0, arcPrices: {}, overloadBps: 0, overloadPrices: {} };
    const fixedBps = new Map(
      this.alive.map(({ id }) => [id, this.load(this.before, id, (demand) => !movable.includes(demand))]),
    );
    const ways = movable.map((index) => {
      const { source, target, bps } = this.task.demands[index] as Demand;
      return { bps, paths: simplePaths(this.alive, source, target) };
    });
    for (const priced of subsets(
      this.alive.map(({ id }) => id),
      2,
    )) {
      const price = Object.fromEntries(priced.map((id) => [id, 1]));
      const paid = paidAt(price, fixedBps, ways);
      const capacity = sum(this.alive.map(({ id, capacityBps }) => capacityBps * (price[id] ?? 0)));
      if (capacity > 0 && paid / capacity > best.mlu) Object.assign(best, { mlu: paid / capacity, arcPrices: price });
      const overloadBps = paid - this.task.limit * capacity;
      if (overloadBps > best.overloadBps) Object.assign(best, { overloadBps, overloadPrices: price });
    }
    return best;
  }
}

function paidAt(
  price: Readonly<Record<string, number>>,
  fixedBps: ReadonlyMap<string, number>,
  ways: readonly { readonly bps: number; readonly paths: readonly (readonly Arc[])[] }[],
): number {
  const costOf = (path: readonly Arc[]): number => sum(path.map(({ id }) => price[id] ?? 0));
  const fixed = sum(Object.entries(price).map(([id, each]) => each * (fixedBps.get(id) ?? 0)));
  return ways.reduce((total, { bps, paths }) => total + bps * Math.min(...paths.map(costOf)), fixed);
}

/** A true plan for the task. */
export function planExhaustively(task: Task): DetourPlan {
  const planner = new Exhaustive(task);
  const { demands } = task;
  const nameOf = (index: number): string => (demands[index] as Demand).id;
  const routes = planner.best();
  const moved = demands.flatMap((_demand, index) => (routes[index] === planner.before[index] ? [] : [index]));
  const order = planner.order(routes, moved);
  const [before, after] = [planner.figures(planner.before), planner.figures(routes)];
  const bound = planner.bound(planner.movable);
  const hopeless = demands.filter((demand) => !planner.connects(demand));
  const partitions = hopeless.map(({ source }) => ({
    nodes: task.network.nodes.map(({ id }) => id).filter((id) => simplePaths(planner.alive, source, id).length > 0),
  }));
  return planOf({
    base: task.base,
    failed: [...task.failed],
    avoided: [...task.avoided],
    stale: [...task.stale],
    relieved: planner.overloaded,
    limit: task.limit,
    before,
    after,
    moves: moved.map((index) => ({
      demand: nameOf(index),
      from: (planner.before[index] as Paths).map(copied),
      to: (routes[index] as Paths).map(copied),
      extra: false,
      why: {},
    })),
    steps: order ? order.map((index) => [nameOf(index)]) : [],
    orderDeadlock: order ? null : { demands: moved.map(nameOf), reason: 'every order was tried', offer: null },
    unavoidable: {
      lostBps: sum(hopeless.map(({ bps }) => bps)),
      demands: hopeless.map(({ id }) => id),
      partitions,
    },
    stayed: planner.onAvoided(routes),
    bound: {
      ...bound,
      movable: planner.movable.map(nameOf),
      gap: bound.mlu > 0 ? Math.max(0, after.mlu / bound.mlu - 1) : 0,
    },
  });
}

function copied({ share, arcs }: Paths[number]): PlanPath {
  return { share, arcs: [...arcs] };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function isLess(x: readonly number[], y: readonly number[]): boolean {
  for (const [place, value] of x.entries()) {
    const other = y[place] as number;
    if (Math.abs(value - other) > 1e-9 * Math.max(Math.abs(value), Math.abs(other))) return value < other;
  }
  return false;
}

function subsets<T>(items: readonly T[], most: number): T[][] {
  if (most === 0 || items.length === 0) return [[]];
  const [first, ...rest] = items as [T, ...T[]];
  return [...subsets(rest, most), ...subsets(rest, most - 1).map((set) => [first, ...set])];
}
