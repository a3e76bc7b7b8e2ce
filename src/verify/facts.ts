import type { DetourPlan, PlanMove, PlanPath } from '../../topology/formats/detour-plan.ts';
import type { Demand } from '../../topology/model.ts';
import type { ArcTable } from './arc-table.ts';
import { type Flow, flowOfPaths, loads, nodeNumber, ownPaths, routeAll } from './flow.ts';

/** What is true of the network, worked out anew; the plan's own figures are held against it. */
export interface Facts {
  readonly plan: DetourPlan;
  readonly table: ArcTable;
  readonly demands: readonly Demand[];
  readonly demandIndex: ReadonlyMap<string, number>;
  /** Per arc: its link has not failed. */
  readonly alive: readonly boolean[];
  readonly avoided: ReadonlySet<number>;
  readonly stale: ReadonlySet<number>;
  /** limit x capacity per arc. */
  readonly limitBps: readonly number[];
  /** Per demand, in the order of `demands`. */
  readonly before: readonly Flow[];
  readonly after: readonly Flow[];
  readonly beforeBps: Float64Array;
  readonly afterBps: Float64Array;
  /** The largest capacity: what is tiny beside it is rounding. */
  readonly scaleBps: number;
}

export function workOut(plan: DetourPlan, table: ArcTable, demands: readonly Demand[]): Facts {
  const failed = new Set(plan.failed);
  const alive = table.link.map((link) => !failed.has(link));
  const limits = new Map(Object.entries(plan.limits));
  const demandIndex = new Map(demands.map(({ id }, index) => [id, index]));
  const before = flowsBefore(plan, table, demands, alive);
  const after = flowsAfter({ plan, table, demands, alive, demandIndex, before });
  return {
    plan,
    table,
    demands,
    demandIndex,
    alive,
    avoided: new Set(arcNumbers(table, plan.avoided)),
    stale: new Set(arcNumbers(table, plan.stale)),
    limitBps: table.capacityBps.map(
      (capacity, arc) => capacity * (limits.get(table.link[arc] as string) ?? plan.limit),
    ),
    before,
    after,
    beforeBps: loads(table, demands, before),
    afterBps: loads(table, demands, after),
    scaleBps: table.capacityBps.reduce((most, capacity) => Math.max(most, capacity), 0),
  };
}

/** Arc numbers of ids that are known to exist. */
export function arcNumbers(table: ArcTable, ids: readonly string[]): number[] {
  return ids.map((id) => table.index.get(id) as number);
}

export function numbered(table: ArcTable, paths: readonly PlanPath[]): { share: number; arcs: number[] }[] {
  return paths.map(({ share, arcs }) => ({ share, arcs: arcNumbers(table, arcs) }));
}

/** Metric per arc as the routers see it, with the plan's changes up to `steps` where they are given. */
export function survivingMetric(
  table: ArcTable,
  alive: readonly boolean[],
  changed: ReadonlyMap<string, number> = new Map(),
): number[] {
  return table.metric.map((metric, arc) => (alive[arc] ? (changed.get(table.ids[arc] as string) ?? metric) : Infinity));
}

/**
 * Base igp: the routers have found new shortest paths on what survives. Base pinned: every demand keeps to its own
 * paths, or, where it has none, to the shortest paths of the whole network, and what runs over a failed arc is lost.
 */
function flowsBefore(plan: DetourPlan, table: ArcTable, demands: readonly Demand[], alive: readonly boolean[]): Flow[] {
  if (plan.base === 'igp') return routeAll(table, demands, survivingMetric(table, alive), alive);
  const byMetric = routeAll(table, demands, table.metric, alive);
  return demands.map((demand, index) => {
    const paths = ownPaths(table, demand);
    return paths ? flowOfPaths(paths, alive) : (byMetric[index] as Flow);
  });
}

type AfterInput = Pick<Facts, 'plan' | 'table' | 'demands' | 'alive' | 'demandIndex' | 'before'>;

function flowsAfter(input: AfterInput): readonly Flow[] {
  const { plan, table, demands, alive, demandIndex, before } = input;
  if (plan.realisation === 'metrics') return flowsByMetrics(input, plan.metricChanges);
  const moves = new Map<number, PlanMove>();
  for (const move of plan.moves) moves.set(demandIndex.get(move.demand) as number, move);
  return demands.map((_demand, index) => {
    const move = moves.get(index);
    return move ? flowOfPaths(numbered(table, move.to), alive) : (before[index] as Flow);
  });
}

/** What the routers make of changed metrics. */
export function flowsByMetrics(
  { table, demands, alive }: Pick<Facts, 'table' | 'demands' | 'alive'>,
  changes: readonly { readonly arc: string; readonly to: number }[],
): Flow[] {
  const changed = new Map(changes.map(({ arc, to }) => [arc, to]));
  return routeAll(table, demands, survivingMetric(table, alive, changed), alive);
}

/** Numbers of the demands with these ids, which are known to exist. */
export function demandNumbers({ demandIndex }: Pick<Facts, 'demandIndex'>, ids: readonly string[]): number[] {
  return ids.map((id) => demandIndex.get(id) as number);
}

export function endsOf({ table, demands }: Pick<Facts, 'table' | 'demands'>, demand: number): [number, number] {
  const { source, target } = demands[demand] as Demand;
  return [nodeNumber(table, source), nodeNumber(table, target)];
}
