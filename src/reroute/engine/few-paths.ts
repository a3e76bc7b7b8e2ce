import type { Movable } from './commodities.ts';
import type { Column, ColumnFlow, Commodity, FlowRouting } from './flow.ts';
import type { SharedPath } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';

/** New paths that a demand may get. */
export const MAX_NEW_PATHS = 2;

/** A routing in which no demand has too many new paths, and the commodities that had to give some up. */
export interface FewPaths {
  readonly routing: FlowRouting;
  /** Columns that these commodities may take from now on. */
  readonly closed: ReadonlyMap<number, readonly Column[]>;
}

/** Keeps the new paths that carry most of a demand; what the others carried goes to those, in proportion. */
export function fewPaths(
  scenario: Scenario,
  { problem }: Movable,
  routing: FlowRouting,
  stays: readonly (Column | null)[],
): FewPaths {
  const result = [...routing];
  const closed = new Map<number, readonly Column[]>();
  for (const [demand, parts] of splitDemands(problem.commodities, routing)) {
    const old = new Set(scenario.current.paths(demand).map(keyOf));
    const carried = newPaths(problem.commodities, routing, parts, old);
    if (carried.length <= MAX_NEW_PATHS) continue;
    const kept = carried.slice(0, MAX_NEW_PATHS);
    for (const index of parts) {
      const flows = onlyThese(routing[index] as readonly ColumnFlow[], kept, index, old);
      result[index] = flows;
      const stay = stays[index];
      closed.set(index, [...kept.map(({ column }) => forCommodity(column, index)), ...(stay ? [stay] : [])]);
    }
  }
  return { routing: result, closed };
}

/** A demand with too many new paths. */
export interface OverSplit {
  readonly demand: number;
  /** Its new paths, the one that carries most first. */
  readonly fresh: readonly Column[];
  /** Traffic on those that are too many, bit/s. */
  readonly surplusBps: number;
}

/** The demands that have too many new paths. */
export function overSplit(scenario: Scenario, { problem }: Movable, routing: FlowRouting): OverSplit[] {
  const found: OverSplit[] = [];
  for (const [demand, parts] of splitDemands(problem.commodities, routing)) {
    const old = new Set(scenario.current.paths(demand).map(keyOf));
    const carried = newPaths(problem.commodities, routing, parts, old);
    if (carried.length <= MAX_NEW_PATHS) continue;
    const surplusBps = carried.slice(MAX_NEW_PATHS).reduce((sum, { bps }) => sum + bps, 0);
    found.push({ demand, fresh: carried.map(({ column }) => column), surplusBps });
  }
  return found;
}

/** Demands with more columns than can be right without counting, and their commodities. */
function splitDemands(commodities: readonly Commodity[], routing: FlowRouting): Map<number, number[]> {
  const columns = new Map<number, number>();
  commodities.forEach(({ demand }, index) => {
    let fresh = columns.get(demand) ?? 0;
    for (const { column } of routing[index] as readonly ColumnFlow[]) if (!column.isStay) fresh += 1;
    columns.set(demand, fresh);
  });
  const parts = new Map<number, number[]>();
  commodities.forEach(({ demand }, index) => {
    if ((columns.get(demand) as number) <= MAX_NEW_PATHS) return;
    const known = parts.get(demand);
    if (known) known.push(index);
    else parts.set(demand, [index]);
  });
  return parts;
}

interface Carried {
  readonly column: Column;
  bps: number;
}

/** New paths of a demand over all its commodities, the one that carries most first. */
function newPaths(
  commodities: readonly Commodity[],
  routing: FlowRouting,
  parts: readonly number[],
  old: ReadonlySet<string>,
): Carried[] {
  const paths = new Map<string, Carried>();
  for (const index of parts) {
    const { bps } = commodities[index] as Commodity;
    for (const { column, value } of routing[index] as readonly ColumnFlow[]) {
      const key = column.arcs.join();
      if (column.isStay || old.has(key)) continue;
      const known = paths.get(key);
      if (known) known.bps += bps * value;
      else paths.set(key, { column, bps: bps * value });
    }
  }
  return [...paths.values()].sort((x, y) => y.bps - x.bps);
}

function onlyThese(
  flows: readonly ColumnFlow[],
  kept: readonly Carried[],
  index: number,
  old: ReadonlySet<string>,
): ColumnFlow[] {
  const keys = new Set(kept.map(({ column }) => column.arcs.join()));
  const staying = flows.filter(
    ({ column }) => column.isStay || old.has(column.arcs.join()) || keys.has(column.arcs.join()),
  );
  const value = staying.reduce((sum, flow) => sum + flow.value, 0);
  if (value > 0) return staying.map((flow) => ({ column: flow.column, value: flow.value / value }));
  const total = kept.reduce((sum, { bps }) => sum + bps, 0);
  return kept.map(({ column, bps }) => ({ column: forCommodity(column, index), value: bps / total }));
}

export function forCommodity(column: Column, index: number): Column {
  return column.commodity === index ? column : { ...column, commodity: index };
}

function keyOf({ arcs }: SharedPath): string {
  return arcs.join();
}
