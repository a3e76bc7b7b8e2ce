import type { PlanMove, PlanPath } from '../../topology/formats/detour-plan.ts';
import { preview } from '../core/schema.ts';
import type { ArcTable } from './arc-table.ts';
import { type Check, Problems, ROUNDING } from './check.ts';
import { arcNumbers, endsOf, type Facts, numbered } from './facts.ts';
import { type Flow, flowOfPaths, sameShares } from './flow.ts';

const MAX_NEW_PATHS = 2;

/** Demands with the arcs to avoid that they are said to stay on. */
type Stayed = ReadonlySet<string>;

function keyOfStay(demand: string, arc: string): string {
  return JSON.stringify([demand, arc]);
}

/** Every path leads from source to target over arcs it may use, and the shares are whole. */
export function checkPaths(facts: Facts): Check {
  const problems = new Problems();
  const stayed = new Set(facts.plan.stayed.map(({ demand, arc }) => keyOfStay(demand, arc)));
  let paths = 0;
  for (const move of facts.plan.moves) {
    paths += move.to.length;
    checkWay(facts, move, 'from', problems);
    checkWay(facts, move, 'to', problems);
    if (facts.plan.realisation === 'explicit') checkExplicit(facts, move, stayed, problems);
    else checkSameAsRouted(facts, move, problems);
  }
  return problems.check('paths', `${paths} paths: connected, simple, over arcs that may be used; shares sum to 1`);
}

function checkWay(facts: Facts, move: PlanMove, side: 'from' | 'to', problems: Problems): void {
  const { table, demandIndex } = facts;
  const ends = endsOf(facts, demandIndex.get(move.demand) as number);
  const name = `demand ${preview(move.demand)}, ${side}`;
  const total = move[side].reduce((sum, path) => sum + path.share, 0);
  problems.unless(Math.abs(total - 1) <= ROUNDING, () => `${name}: the shares sum to ${total}, not 1`);
  const ways = new Set(move[side].map(keyOf));
  problems.unless(ways.size === move[side].length, () => `${name}: the same path twice`);
  move[side].forEach((path, place) => {
    const wrong = brokenWay(table, arcNumbers(table, path.arcs), ends);
    if (wrong) problems.add(`${name}[${place}]: ${wrong}`);
  });
}

/** Why these arcs are no simple path between the ends; null when they are one. */
function brokenWay(table: ArcTable, arcs: readonly number[], [source, target]: [number, number]): string | null {
  const visited = new Set([source]);
  let node = source;
  for (const arc of arcs) {
    if (table.from[arc] !== node) return `${table.ids[arc]} does not begin at ${table.nodeIds[node]}`;
    node = table.to[arc] as number;
    if (visited.has(node)) return `it comes to ${table.nodeIds[node]} twice`;
    visited.add(node);
  }
  return node === target ? null : `it ends at ${table.nodeIds[node]}, not at ${table.nodeIds[target]}`;
}

function checkExplicit(facts: Facts, move: PlanMove, stayed: Stayed, problems: Problems): void {
  const name = `demand ${preview(move.demand)}`;
  const old = new Set(move.from.map(keyOf));
  const fresh = move.to.filter((path) => !old.has(keyOf(path))).length;
  problems.unless(
    fresh <= MAX_NEW_PATHS,
    () => `${name} gets ${fresh} new paths, at most ${MAX_NEW_PATHS} are allowed`,
  );
  checkArcs(facts, move, stayed, problems);
}

function keyOf({ arcs }: PlanPath): string {
  return JSON.stringify(arcs);
}

function checkArcs(facts: Facts, move: PlanMove, stayed: Stayed, problems: Problems): void {
  const name = `demand ${preview(move.demand)}`;
  const { table, alive, stale, avoided, before, demandIndex } = facts;
  const had = (before[demandIndex.get(move.demand) as number] as Flow).carried;
  for (const [arc, share] of flowOfPaths(numbered(table, move.to), alive).sent) {
    const id = table.ids[arc] as string;
    problems.unless(alive[arc] === true, () => `${name} is sent over ${preview(id)}, which has failed`);
    problems.unless(!stale.has(arc) || share <= (had.get(arc) ?? 0) + ROUNDING, () => {
      return `${name} gets new traffic on ${preview(id)}, of which nothing is known`;
    });
    problems.unless(!avoided.has(arc) || stayed.has(keyOfStay(move.demand, id)), () => {
      return `${name} is sent over ${preview(id)}, which is to be avoided, and \`stayed\` does not say why`;
    });
  }
}

/** With changed metrics the routers choose: `to` must be what they choose, and arcs of which nothing is known get no more. */
function checkSameAsRouted(facts: Facts, move: PlanMove, problems: Problems): void {
  const { table, alive, after, before, stale, demandIndex } = facts;
  const demand = demandIndex.get(move.demand) as number;
  const routed = (after[demand] as Flow).sent;
  const stated = flowOfPaths(numbered(table, move.to), alive).sent;
  problems.unless(sameShares(stated, routed, ROUNDING), () => {
    return `demand ${preview(move.demand)}: \`to\` is not where the changed metrics send it`;
  });
  for (const arc of stale) {
    problems.unless((routed.get(arc) ?? 0) <= ((before[demand] as Flow).sent.get(arc) ?? 0) + ROUNDING, () => {
      return `demand ${preview(move.demand)} gets new traffic on ${preview(table.ids[arc])}, of which nothing is known`;
    });
  }
}
