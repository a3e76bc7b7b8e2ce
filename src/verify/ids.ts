import type { DetourPlan, PlanMove } from '../../topology/formats/detour-plan.ts';
import type { Demand } from '../../topology/model.ts';
import { preview } from '../core/schema.ts';
import type { ArcTable } from './arc-table.ts';
import { type Check, Problems } from './check.ts';

type Known = ReadonlySet<string> | ReadonlyMap<string, unknown>;

/** Every id that the plan names exists: links, arcs, nodes, demands. */
export function checkIds(plan: DetourPlan, table: ArcTable, demands: readonly Demand[]): Check {
  const problems = new Problems();
  const links = new Set(table.link);
  const demandIds = new Set(demands.map(({ id }) => id));
  const expect = (ids: readonly string[], known: Known, place: string, what: string): void => {
    for (const id of ids) problems.unless(known.has(id), () => `${place}: ${what} ${preview(id)}`);
  };
  const NO_LINK = 'the network has no link';
  const NO_ARC = 'the network has no arc';
  const NO_DEMAND = 'among the demands given there is no';
  expect(plan.failed, links, 'failed', NO_LINK);
  expect(Object.keys(plan.limits), links, 'limits', NO_LINK);
  expect(plan.avoided, table.index, 'avoided', NO_ARC);
  expect(plan.relieved, table.index, 'relieved', NO_ARC);
  expect(plan.stale, table.index, 'stale', NO_ARC);
  expect(Object.keys(plan.bound.arcPrices), table.index, 'bound.arcPrices', NO_ARC);
  expect(Object.keys(plan.bound.overloadPrices), table.index, 'bound.overloadPrices', NO_ARC);
  expect(arcsOfMoves(plan.moves), table.index, 'moves', NO_ARC);
  expect(arcsOf(plan.metricChanges), table.index, 'metricChanges', NO_ARC);
  expect(arcsOf(plan.stayed), table.index, 'stayed', NO_ARC);
  expect(demandsOf(plan.moves), demandIds, 'moves', NO_DEMAND);
  expect(demandsOf(plan.stayed), demandIds, 'stayed', NO_DEMAND);
  expect(plan.bound.movable, demandIds, 'bound.movable', NO_DEMAND);
  expect(plan.kept ?? [], demandIds, 'kept', NO_DEMAND);
  expect(plan.unavoidable.demands, demandIds, 'unavoidable.demands', NO_DEMAND);
  expect(plan.orderDeadlock?.demands ?? [], demandIds, 'orderDeadlock', NO_DEMAND);
  const nodes = plan.unavoidable.partitions.flatMap((partition) => partition.nodes);
  expect(nodes, table.nodeIndex, 'unavoidable.partitions', 'the network has no node');
  return problems.check('ids', 'all links, arcs, nodes and demands that it names exist');
}

function arcsOfMoves(moves: readonly PlanMove[]): string[] {
  return moves.flatMap(({ from, to }) => [...from, ...to].flatMap(({ arcs }) => arcs));
}

function arcsOf(entries: readonly { readonly arc: string }[]): string[] {
  return entries.map(({ arc }) => arc);
}

function demandsOf(entries: readonly { readonly demand: string }[]): string[] {
  return entries.map(({ demand }) => demand);
}
