import { preview } from '../core/schema.ts';
import { formatBps, formatRatio } from '../core/units.ts';
import { type Check, nearly, Problems, ROUNDING } from './check.ts';
import { figuresOf } from './check-figures.ts';
import { distancesFrom } from './dijkstra.ts';
import { demandNumbers, endsOf, type Facts } from './facts.ts';
import { loads } from './flow.ts';

/**
 * Whatever way the movable demands take, each pays at least its cheapest way at the prices w, so
 * sum(load x w) >= sum(fixed x w) + sum(bps x shortest(w)); and no arc is fuller than the MLU, so
 * sum(load x w) <= MLU x sum(capacity x w). The quotient is a lower bound for the MLU.
 */
export function checkMluBound(facts: Facts): Check {
  const { bound } = facts.plan;
  const problems = new Problems();
  const price = scaled(prices(facts, bound.arcPrices, Infinity, 'arcPrices', problems));
  const capacity = sum(facts.table.capacityBps.map((bps, arc) => bps * (price[arc] as number)));
  const proven = capacity > 0 ? paid(facts, price, problems) / capacity : 0;
  problems.unless(bound.mlu <= proven * (1 + ROUNDING), () => {
    return `bound.mlu is ${bound.mlu}, but the prices prove no more than ${proven}`;
  });
  const { mlu } = figuresOf(facts, 'after');
  const gap = bound.mlu > 0 ? mlu / bound.mlu - 1 : mlu > 0 ? Infinity : 0;
  // Two ways to add the same numbers may end a rounding below zero.
  const real = Math.abs(gap) <= ROUNDING ? 0 : gap;
  problems.unless(real >= 0, () => `the MLU after the plan, ${mlu}, is below the bound ${bound.mlu}`);
  problems.unless(
    nearly(bound.gap, real, ROUNDING * 10),
    () => `bound.gap is ${bound.gap}, worked out anew it is ${real}`,
  );
  const within = real < 5e-6 ? 'the lowest possible' : `within ${formatRatio(real)} of the lowest possible`;
  return problems.check('mlu-bound', `highest utilisation ${formatRatio(mlu)} is ${within} by moving these demands`);
}

/**
 * With 0 <= p <= 1, max(0, load - room) >= (load - room) x p on each arc, so the overload is at least
 * sum(fixed x p) + sum(bps x shortest(p)) - sum(limit x capacity x p).
 */
export function checkOverloadBound(facts: Facts): Check {
  const { bound } = facts.plan;
  const problems = new Problems();
  const price = prices(facts, bound.overloadPrices, 1, 'overloadPrices', problems);
  const payment = paid(facts, price, problems);
  const room = sum(facts.limitBps.map((bps, arc) => bps * (price[arc] as number)));
  const proven = Math.max(0, payment - room);
  // The difference of two large sums is only as exact as they are.
  const slack = ROUNDING * Math.max(payment, room);
  problems.unless(bound.overloadBps <= proven + slack, () => {
    return `bound.overloadBps is ${bound.overloadBps}, but the prices prove no more than ${proven}`;
  });
  return problems.check('overload-bound', overloadWords(bound.overloadBps, figuresOf(facts, 'after').overloadBps));
}

function overloadWords(boundBps: number, afterBps: number): string {
  if (boundBps === 0) return afterBps === 0 ? 'there is no overload' : 'no bound is claimed';
  return `overload ${formatBps(afterBps)}; at least ${formatBps(boundBps)} cannot be avoided by moving these demands`;
}

/** Prices per arc; 0 where none is given. Only surviving arcs have one. */
function prices(
  { table, alive }: Facts,
  given: Readonly<Record<string, number>>,
  most: number,
  field: string,
  problems: Problems,
): number[] {
  const price = table.ids.map(() => 0);
  for (const [id, value] of Object.entries(given)) {
    const arc = table.index.get(id) as number;
    problems.unless(value >= 0 && value <= most * (1 + ROUNDING), () => {
      return `bound.${field}: the price of ${preview(id)} is ${value}, it must be from 0 to ${most}`;
    });
    problems.unless(alive[arc] === true, () => `bound.${field}: ${preview(id)} has a price, but its link has failed`);
    if (alive[arc]) price[arc] = Math.min(most, Math.max(0, value));
  }
  return price;
}

/** The bound does not depend on the scale; prices near the ends of what a number can hold would make sums inexact. */
function scaled(price: readonly number[]): number[] {
  const most = price.reduce((highest, value) => Math.max(highest, value), 0);
  return most > 0 ? price.map((value) => value / most) : [...price];
}

/** sum(fixed x price) + sum over movable demands of bps x cheapest surviving way. */
function paid(facts: Facts, price: readonly number[], problems: Problems): number {
  const { table, plan, demands, before, alive } = facts;
  const movable = new Set(demandNumbers(facts, plan.bound.movable));
  const fixedBps = loads(table, demands, before, (demand) => !movable.has(demand));
  const weight = price.map((value, arc) => (alive[arc] ? value : Infinity));
  let total = sum(price.map((value, arc) => value * (fixedBps[arc] as number)));
  const distances = new Map<number, Float64Array>();
  for (const demand of movable) {
    const [source, target] = endsOf(facts, demand);
    const distance = distances.get(source) ?? distancesFrom(table, source, weight);
    distances.set(source, distance);
    const cheapest = distance[target] as number;
    problems.unless(
      cheapest < Infinity,
      () => `no path connects demand ${preview(demands[demand]?.id)}, which may move`,
    );
    if (cheapest < Infinity) total += (demands[demand]?.bps ?? 0) * cheapest;
  }
  return total;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
