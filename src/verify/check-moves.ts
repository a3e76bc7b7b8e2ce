import type { PlanMove } from '../../topology/formats/detour-plan.ts';
import type { DemandPath } from '../../topology/model.ts';
import { preview } from '../core/schema.ts';
import { type Affected, wronglyRelieved } from './affected.ts';
import { type Check, Problems, ROUNDING } from './check.ts';
import { demandNumbers, type Facts, numbered } from './facts.ts';
import { type Flow, flowOfPaths, sameShares } from './flow.ts';

/** Each demand moves at most once, `from` is where it really goes, and the extra moves are marked and few enough. */
export function checkMoves(facts: Facts, affected: Affected): Check {
  const { plan, demandIndex } = facts;
  const problems = new Problems();
  const seen = new Set<string>();
  for (const move of plan.moves) {
    problems.unless(!seen.has(move.demand), () => `demand ${preview(move.demand)} moves twice`);
    seen.add(move.demand);
    const demand = demandIndex.get(move.demand) as number;
    checkFrom(facts, demand, move, problems);
    checkExtra(affected, demand, move, problems);
  }
  const extra = plan.moves.filter((move) => move.extra).length;
  // Changed metrics move whatever they move.
  const allowed = plan.realisation === 'metrics' || extra <= plan.maxExtraMoves;
  problems.unless(allowed, () => `${extra} extra moves, at most ${plan.maxExtraMoves} are allowed`);
  return problems.check(
    'moves',
    `${plan.moves.length} demands move, ${extra} of them extra; each starts from where it really goes`,
  );
}

function checkFrom(facts: Facts, demand: number, move: PlanMove, problems: Problems): void {
  const { alive, before, table, plan, demands } = facts;
  const real = before[demand] as Flow;
  const stated = flowOfPaths(numbered(table, move.from), alive);
  const own = plan.base === 'pinned' ? demands[demand]?.paths : undefined;
  // Crossing tunnels could be put together anew from the same arcs: tunnels must be the same ones.
  const isReal = sameShares(stated.sent, real.sent, ROUNDING) && (!own || samePaths(own, move.from));
  problems.unless(isReal, () => `demand ${preview(move.demand)}: \`from\` is not where it goes before the plan`);
}

function samePaths(x: readonly DemandPath[], y: readonly DemandPath[]): boolean {
  const shares = new Map(x.map(({ arcs, share }) => [JSON.stringify(arcs), share]));
  const matches = y.every(({ arcs, share }) => Math.abs((shares.get(JSON.stringify(arcs)) ?? 0) - share) <= ROUNDING);
  return matches && x.length === y.length;
}

function checkExtra({ surely, perhaps }: Affected, demand: number, move: PlanMove, problems: Problems): void {
  const name = `demand ${preview(move.demand)}`;
  if (move.extra) problems.unless(!surely.has(demand), () => `${name} is affected, yet it is marked as an extra move`);
  else problems.unless(perhaps.has(demand), () => `${name} is not affected, yet it is not marked as an extra move`);
}

/** The set of demands that the bound lets move is the affected ones and the extra moves: no fewer, no more. */
export function checkMovable(facts: Facts, { surely, perhaps }: Affected): Check {
  const { plan, demands } = facts;
  const problems = new Problems();
  const movable = new Set(demandNumbers(facts, plan.bound.movable));
  const moved = new Set(demandNumbers(facts, demandsOf(plan.moves)));
  const extra = new Set(demandNumbers(facts, demandsOf(plan.moves.filter((move) => move.extra))));
  const hopeless = new Set(demandNumbers(facts, plan.unavoidable.demands));
  const kept = new Set(demandNumbers(facts, plan.kept ?? []));
  const name = (demand: number): string => `demand ${preview(demands[demand]?.id)}`;
  problems.unless(movable.size === plan.bound.movable.length, () => 'bound.movable names a demand twice');
  for (const demand of surely) {
    problems.unless(movable.has(demand), () => `${name(demand)} is affected but missing from bound.movable`);
  }
  for (const demand of moved) {
    problems.unless(movable.has(demand), () => `${name(demand)} moves but is missing from bound.movable`);
  }
  for (const demand of movable) {
    problems.unless(perhaps.has(demand) || extra.has(demand), () => {
      return `${name(demand)} is in bound.movable but is neither affected nor an extra move`;
    });
    problems.unless(!kept.has(demand), () => `${name(demand)} is in bound.movable but was to be left alone`);
    problems.unless(
      !hopeless.has(demand),
      () => `${name(demand)} is in bound.movable but no path is said to connect it`,
    );
  }
  const { missing, extra: tooMany } = wronglyRelieved(facts);
  for (const arc of missing) problems.add(`${preview(arc)} is above its limit but missing from \`relieved\``);
  for (const arc of tooMany) problems.add(`\`relieved\` names ${preview(arc)}, which is not above its limit`);
  checkOthersStay(facts, movable, problems);
  return problems.check(
    'movable',
    `${surely.size} demands are affected; with the extra moves ${movable.size} may move`,
  );
}

function demandsOf(moves: readonly PlanMove[]): string[] {
  return moves.map(({ demand }) => demand);
}

/** The loads that the bounds take for fixed must not change. */
function checkOthersStay({ before, after, demands }: Facts, movable: ReadonlySet<number>, problems: Problems): void {
  demands.forEach((demand, index) => {
    const [was, is] = [before[index] as Flow, after[index] as Flow];
    if (was === is || movable.has(index) || demand.bps === 0) return;
    problems.unless(sameShares(was.sent, is.sent, ROUNDING), () => {
      return `demand ${preview(demand.id)} takes another way after the plan but is missing from bound.movable`;
    });
  });
}
