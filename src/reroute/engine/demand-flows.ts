import type { Movable } from './commodities.ts';
import type { Commodity, FlowRouting } from './flow.ts';
import type { SharedPath } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';

/** Where one demand goes before and after. */
export interface DemandFlow {
  readonly demand: number;
  readonly from: readonly SharedPath[];
  readonly to: readonly SharedPath[];
  /** Paths of `to` that are not in `from`. */
  readonly fresh: number;
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
    const single = singlePath(routing, parts);
    if (single && from.length === 1 && !samePath(single, from[0]?.arcs ?? [])) {
      changed.push({ demand, from, to: [{ share: 1, arcs: single }], fresh: 1 });
      continue;
    }
    const to = pathsOf(scenario, movable, routing, parts);
    const old = new Set(from.map(keyOf));
    if (!differs(from, to)) continue;
    changed.push({ demand, from, to, fresh: to.filter((path) => !old.has(keyOf(path))).length });
  }
  return changed;
}

/** The one new path that all of the demand takes; null where it is not so simple. */
function singlePath(routing: FlowRouting, parts: readonly number[]): readonly number[] | null {
  const flows = routing[parts[0] as number] as FlowRouting[number];
  const column = flows[0]?.column;
  return parts.length === 1 && flows.length === 1 && column && !column.isStay ? column.arcs : null;
}

function samePath(x: readonly number[], y: readonly number[]): boolean {
  return x.length === y.length && x.every((arc, at) => arc === y[at]);
}

/** The commodity is where it was, all of it. */
function stays({ problem }: Movable, routing: FlowRouting, index: number): boolean {
  const { stay } = problem.commodities[index] as Commodity;
  const flows = routing[index] as FlowRouting[number];
  return stay !== null && flows.every(({ column }) => column.isStay);
}

function pathsOf(scenario: Scenario, movable: Movable, routing: FlowRouting, parts: readonly number[]): SharedPath[] {
  const shares = new Map<string, { share: number; arcs: readonly number[] }>();
  const add = (share: number, arcs: readonly number[]): void => {
    const known = shares.get(arcs.join());
    if (known) known.share += share;
    else shares.set(arcs.join(), { share, arcs });
  };
  for (const index of parts) {
    const { demand } = movable.problem.commodities[index] as Commodity;
    const listed = movable.listed[index] ?? scenario.current.paths(demand);
    const part = listed.reduce((sum, { share }) => sum + share, 0);
    for (const { column, value } of routing[index] as FlowRouting[number]) {
      if (column.isStay) for (const { share, arcs } of listed) add(value * share, arcs);
      else add(value * part, column.arcs);
    }
  }
  return wholes([...shares.values()]);
}

/** Without crumbs, and with shares that sum to 1. */
function wholes(paths: readonly SharedPath[]): SharedPath[] {
  const kept = paths.filter(({ share }) => share > CRUMB);
  const total = kept.reduce((sum, { share }) => sum + share, 0);
  return kept.map(({ share, arcs }) => ({ share: share / total, arcs }));
}

function differs(from: readonly SharedPath[], to: readonly SharedPath[]): boolean {
  const had = new Map(from.map((path) => [keyOf(path), path.share]));
  return from.length !== to.length || to.some((path) => Math.abs((had.get(keyOf(path)) ?? 0) - path.share) > CRUMB);
}

export function keyOf({ arcs }: SharedPath): string {
  return arcs.join();
}
