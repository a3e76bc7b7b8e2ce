import type { Demand, Network } from '../../topology/model.ts';
import { affectedDemands } from './affected.ts';
import { arcTable } from './arc-table.ts';
import type { Check, Verdict } from './check.ts';
import { checkMluBound, checkOverloadBound } from './check-bounds.ts';
import { checkAfter, checkBefore, checkImprovement } from './check-figures.ts';
import { checkLost, checkStayed } from './check-lost.ts';
import { checkMetrics } from './check-metrics.ts';
import { checkMovable, checkMoves } from './check-moves.ts';
import { checkOrder } from './check-order.ts';
import { checkPaths } from './check-paths.ts';
import { type Facts, workOut } from './facts.ts';
import { readPlan } from './format.ts';
import { checkIds } from './ids.ts';

export type { Check, CheckName, Verdict } from './check.ts';
export { CHECKS } from './check.ts';

export interface VerifyInput {
  /** A `detour-plan/1` value, or what claims to be one. */
  readonly plan: unknown;
  readonly network: Network;
  /** The same demands that the plan was made for; with `paths` where they are pinned. */
  readonly demands: readonly Demand[];
}

/**
 * Checks a plan and its certificates from scratch, sharing no code with the planner: own routing, own loads, own
 * shortest paths. A plan of the wrong shape, or one that names what does not exist, is not looked at further. Throws
 * DetourError (INVALID_DEMANDS) where the demands do not belong to the network.
 */
export function verifyPlan({ plan: value, network, demands }: VerifyInput): Verdict {
  const { plan, check: format } = readPlan(value);
  if (!plan) return verdict([format]);
  const table = arcTable(network);
  const ids = checkIds(plan, table, demands);
  if (!ids.ok) return verdict([format, ids]);
  return verdict([format, ids, ...checkAgainst(workOut(plan, table, demands))]);
}

function checkAgainst(facts: Facts): Check[] {
  const affected = affectedDemands(facts);
  return [
    checkBefore(facts),
    checkMoves(facts, affected),
    checkMetrics(facts),
    checkMovable(facts, affected),
    checkPaths(facts),
    checkAfter(facts),
    checkImprovement(facts),
    checkLost(facts),
    checkStayed(facts),
    checkMluBound(facts),
    checkOverloadBound(facts),
    checkOrder(facts),
  ];
}

function verdict(checks: readonly Check[]): Verdict {
  return { ok: checks.every(({ ok }) => ok), checks };
}
