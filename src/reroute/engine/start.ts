import { ShortestPaths } from '../../twin/shortest-path.ts';
import { congestionSlope } from '../congestion-cost.ts';
import { pathColumn, stayColumn } from './columns.ts';
import type { Movable } from './commodities.ts';
import { addFootprint, type Column, type Commodity, type FlowRouting } from './flow.ts';

/** Cost of an avoided arc beside all others: taken only where there is nothing else. */
const LAST_RESORT = 1e9;

export interface Start {
  readonly routing: FlowRouting;
  /** Where a commodity may stay: its present way, or the one it is forced to keep. */
  readonly stays: readonly (Column | null)[];
  /** Commodities that stay on avoided arcs, because nothing else leads to their target. */
  readonly forced: readonly number[];
}

/** A first routing: what may stay stays, the rest goes where there is room; larger ones first. */
export function startRouting(movable: Movable): Start {
  const { problem } = movable;
  const loadBps = problem.fixedBps.slice();
  const stays = problem.commodities.map(({ stay }, index) => (stay ? stayColumn(index, stay, 0) : null));
  stays.forEach((column, index) => {
    if (column) addFootprint(loadBps, column, (problem.commodities[index] as Commodity).bps);
  });
  const chosen: (Column | null)[] = stays.slice();
  const start = { stays, forced: [] as number[] };
  const paths = new ShortestPaths(problem.graph);
  for (const [source, members] of leaving(problem.commodities)) {
    paths.from(source, roomCost(movable, loadBps));
    for (const index of members) chosen[index] = firstWay(movable, start, paths, index, loadBps);
  }
  return { ...start, routing: chosen.map((column) => [{ column: column as Column, value: 1 }]) };
}

function firstWay(
  { problem, evicted }: Movable,
  start: { stays: (Column | null)[]; forced: number[] },
  paths: ShortestPaths,
  index: number,
  loadBps: Float64Array,
): Column {
  const { target, bps } = problem.commodities[index] as Commodity;
  const arcs = paths.pathTo(target);
  const from = evicted[index] ?? null;
  const isForced = arcs === null || arcs.some((arc) => !problem.open[arc]);
  if (!isForced) return placed(pathColumn(index, arcs), bps, loadBps);
  const column = from ? stayColumn(index, from, 0) : pathColumn(index, arcs ?? []);
  start.forced.push(index);
  start.stays[index] = column;
  return placed(column, bps, loadBps);
}

function placed(column: Column, bps: number, loadBps: Float64Array): Column {
  addFootprint(loadBps, column, bps);
  return column;
}

function leaving(commodities: readonly Commodity[]): [number, number[]][] {
  const groups = new Map<number, number[]>();
  commodities.forEach(({ source, stay }, index) => {
    if (!stay) groups.set(source, [...(groups.get(source) ?? []), index]);
  });
  const bps = (members: readonly number[]): number =>
    members.reduce((sum, index) => sum + (commodities[index] as Commodity).bps, 0);
  return [...groups].sort(([x, some], [y, others]) => bps(others) - bps(some) || x - y);
}

function roomCost({ problem }: Movable, loadBps: Float64Array): Float64Array {
  const { alive, open, usable, graph } = problem;
  return graph.capacityBps.map((capacity, arc) => {
    if (!usable[arc] || !alive[arc]) return Infinity;
    return congestionSlope((loadBps[arc] as number) / capacity) * (open[arc] ? 1 : LAST_RESORT);
  });
}
