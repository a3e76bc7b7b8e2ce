import { preview } from '../core/schema.ts';
import { type Check, Problems, ROUNDING } from './check.ts';
import { demandNumbers, type Facts, flowsByMetrics } from './facts.ts';
import { type Flow, loads } from './flow.ts';
import { anyOrder, MAX_SEARCHED, type Shift } from './order-search.ts';

/** Each changed metric means routing everything anew; nobody takes more steps than this by hand. */
const MAX_METRIC_STEPS = 500;

/**
 * The steps hold every move (or changed metric) once, and no arc is ever fuller than its limit, or than it is at the
 * start or at the end. Make-before-break: while demands move, new and old way both carry them.
 */
export function checkOrder(facts: Facts): Check {
  const problems = new Problems();
  const { plan } = facts;
  const isExplicit = plan.realisation === 'explicit';
  const members = isExplicit ? plan.moves.map(({ demand }) => demand) : plan.metricChanges.map(({ arc }) => arc);
  checkMembers(facts, members, problems);
  if (isExplicit) {
    checkMoveSteps(facts, problems);
    checkDeadlock(facts, problems);
  } else checkMetricSteps(facts, problems);
  const stepped = new Set(plan.steps.flat());
  const waiting = members.filter((id) => !stepped.has(id));
  const left = plan.orderDeadlock ? `; ${waiting.length} cannot follow, and the plan says so` : '';
  return problems.check('order', `${plan.steps.length} steps: no arc is fuller on the way than it may be${left}`);
}

/** Every member is in the steps once; with a deadlock, or it is named there. */
function checkMembers({ plan }: Facts, members: readonly string[], problems: Problems): void {
  const known = new Set(members);
  const stepped = new Set<string>();
  for (const id of plan.steps.flat()) {
    problems.unless(known.has(id), () => `steps name ${preview(id)}, which does not change`);
    problems.unless(!stepped.has(id), () => `steps name ${preview(id)} twice`);
    stepped.add(id);
  }
  const deadlock = plan.orderDeadlock;
  const excused = new Set(deadlock?.demands);
  const byMetrics = plan.realisation === 'metrics';
  const left = [...known].filter((id) => !stepped.has(id));
  for (const id of left) {
    const said = deadlock !== null && (byMetrics || excused.has(id));
    problems.unless(said, () => `${preview(id)} is in no step`);
  }
  if (!deadlock) return;
  problems.unless(deadlock.reason.trim() !== '', () => 'orderDeadlock gives no reason');
  problems.unless(left.length > 0, () => 'orderDeadlock is set, but the steps hold everything');
  for (const id of byMetrics ? [] : excused) {
    problems.unless(
      known.has(id) && !stepped.has(id),
      () => `orderDeadlock names ${preview(id)}, which is not left over`,
    );
  }
}

/** Most that an arc may carry on the way: limit x capacity, or what it carries at the start or the end. */
function mostBps({ limitBps, beforeBps, afterBps, table }: Facts): number[] {
  return limitBps.map((limit, arc) => {
    const most = Math.max(limit, beforeBps[arc] as number, afterBps[arc] as number);
    return most + ROUNDING * Math.max(most, table.capacityBps[arc] as number);
  });
}

function checkMoveSteps(facts: Facts, problems: Problems): void {
  const { plan, table, beforeBps, demandIndex } = facts;
  const most = mostBps(facts);
  const loadBps = beforeBps.slice();
  plan.steps.forEach((step, place) => {
    const known = step.filter((id) => demandIndex.has(id));
    const shifts = demandNumbers(facts, known).map((demand) => shiftOf(facts, demand));
    for (const [arc, moreBps] of added(shifts)) {
      const peak = (loadBps[arc] as number) + moreBps;
      problems.unless(peak <= (most[arc] as number), () => tooFull(place, table.ids[arc], peak, most[arc]));
    }
    for (const [arc, bps] of shifts.flatMap((shift) => [...shift])) loadBps[arc] = (loadBps[arc] as number) + bps;
  });
}

/** What the arcs carry more while these moves are made together: the new ways, and nothing taken off the old ones. */
function added(shifts: readonly Shift[]): Map<number, number> {
  const more = new Map<number, number>();
  for (const [arc, bps] of shifts.flatMap((shift) => [...shift])) {
    if (bps > 0) more.set(arc, (more.get(arc) ?? 0) + bps);
  }
  return more;
}

function tooFull(place: number, arc: string | undefined, peakBps: number, mostBps: number | undefined): string {
  return `steps[${place}]: ${preview(arc)} carries ${peakBps} bit/s on the way, more than ${mostBps}`;
}

/** What a demand adds to (or takes from) each arc when it moves, bit/s. */
function shiftOf({ before, after, demands }: Facts, demand: number): Shift {
  const bps = demands[demand]?.bps ?? 0;
  const [was, is] = [(before[demand] as Flow).carried, (after[demand] as Flow).carried];
  const arcs = new Set([...was.keys(), ...is.keys()]);
  return new Map([...arcs].map((arc) => [arc, bps * ((is.get(arc) ?? 0) - (was.get(arc) ?? 0))]));
}

/** A small plan that says there is no order is believed only when every order has been tried. */
function checkDeadlock(facts: Facts, problems: Problems): void {
  const { plan, beforeBps } = facts;
  if (!plan.orderDeadlock || plan.moves.length > MAX_SEARCHED) return;
  const moved = new Set(
    demandNumbers(
      facts,
      plan.moves.map(({ demand }) => demand),
    ),
  );
  const shifts = [...moved].map((demand) => shiftOf(facts, demand));
  problems.unless(
    !anyOrder(shifts, beforeBps, mostBps(facts)),
    () => 'orderDeadlock is set, but there is a safe order',
  );
}

/** After each step the routers settle on new shortest paths; that state obeys the same rule. */
function checkMetricSteps(facts: Facts, problems: Problems): void {
  const { plan, table, demands } = facts;
  if (plan.steps.length > MAX_METRIC_STEPS) {
    problems.add(`${plan.steps.length} steps, more than ${MAX_METRIC_STEPS} are not checked`);
    return;
  }
  const most = mostBps(facts);
  const done = new Set<string>();
  plan.steps.forEach((step, place) => {
    for (const arc of step) done.add(arc);
    const flows = flowsByMetrics(
      facts,
      plan.metricChanges.filter(({ arc }) => done.has(arc)),
    );
    loads(table, demands, flows).forEach((bps, arc) => {
      problems.unless(bps <= (most[arc] as number), () => tooFull(place, table.ids[arc], bps, most[arc]));
    });
  });
}
