import type { Movable } from './commodities.ts';
import type { Commodity, FlowRouting } from './flow.ts';
import type { SharedPath } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';

/** Where one demand goes before and after. */
export interface DemandFlow {
  readonly demand: number;
  readonly from: readonly SharedPath[];
  readonly to: readonly SharedPath[];
}

const CRUMB = 1e-9;

/** The demands that go another way by this routing, with their paths. */
export function changedFlows(scenario: Scenario, movable: Movable, routing: FlowRouting): DemandFlow[] {
  const commoditiesOf = new Map<number, number[]>();
  movable.problem.commodities.forEach(({ demand }, index) => {
    const known = commoditiesOf.get(demand);
    if (known) known.push(index);
    else commoditiesOf.set(demand, [index]);
  });
  const changed: DemandFlow[] = [];
  for (const demand of movable.demands) {
    const parts = commoditiesOf.get(demand) ?? [];
    if (parts.every((index) => stays(movable, routing, index))) continue;
    const from = scenario.current.paths(demand);
    const to = pathsOf(movable, routing, parts, from);
    if (differs(from, to)) changed.push({ demand, from, to });
  }
  return changed;
}

/** The commodity is where it was, all of it. */
function stays({ problem }: Movable, routing: FlowRouting, index: number): boolean {
  const { stay } = problem.commodities[index] as Commodity;
  const flows = routing[index] as FlowRouting[number];
  return stay !== null && flows.every(({ column }) => column.isStay);
}

/** Paths of a demand by its commodities, which are all of it; `present`: where it goes now. */
function pathsOf(
  movable: Movable,
  routing: FlowRouting,
  parts: readonly number[],
  present: readonly SharedPath[],
): SharedPath[] {
  const paths: { share: number; readonly arcs: readonly number[] }[] = [];
  const flows = parts.flatMap((index) => {
    const listed = movable.listed[index] ?? present;
    return (routing[index] as FlowRouting[number]).map(({ column, value }) => ({ column, value, listed }));
  });
  for (const { column, value, listed } of flows) {
    if (column.isStay) for (const { share, arcs } of listed) paths.push({ share: value * share, arcs });
  }
  // What stays is on paths that all differ; what is new may be on one of those again.
  for (const { column, value, listed } of flows) {
    if (column.isStay) continue;
    const share = value * listed.reduce((sum, path) => sum + path.share, 0);
    const same = paths.find((path) => isSamePath(path.arcs, column.arcs));
    if (same) same.share += share;
    else paths.push({ share, arcs: column.arcs });
  }
  return wholes(paths);
}

/** Without crumbs, and with shares that sum to 1. */
function wholes(paths: readonly SharedPath[]): SharedPath[] {
  const kept = paths.filter(({ share }) => share > CRUMB);
  const total = kept.reduce((sum, { share }) => sum + share, 0);
  return kept.map(({ share, arcs }) => ({ share: share / total, arcs }));
}

function differs(from: readonly SharedPath[], to: readonly SharedPath[]): boolean {
  if (from.length !== to.length) return true;
  return to.some(({ share, arcs }) => {
    const had = from.find((path) => isSamePath(path.arcs, arcs))?.share ?? 0;
    return Math.abs(had - share) > CRUMB;
  });
}

/** Paths are short lists that mostly differ in length or early on: comparing them is cheaper than making keys. */
export function isSamePath(x: readonly number[], y: readonly number[]): boolean {
  return x === y || (x.length === y.length && x.every((arc, at) => arc === y[at]));
}
