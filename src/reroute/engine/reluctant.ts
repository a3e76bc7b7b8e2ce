import { formatBps } from '../../core/units.ts';
import { stayColumn } from './columns.ts';
import type { Movable } from './commodities.ts';
import { NO_OVERLOAD } from './figures.ts';
import type { Column, Commodity } from './flow.ts';
import { type Optimum, optimise, STAYING_COST } from './optimise.ts';
import type { Start } from './start.ts';

/** Overload must fall by more than this part for traffic to stay on an arc to avoid. */
const WORTH_STAYING = 1e-4;

/**
 * Traffic leaves arcs to avoid unless that makes overload worse. Where the way without them ends in overload, it may
 * stay, at a price: as little of it as the least overload allows. Null where leaving costs nothing.
 */
export function stayOnAvoided(
  movable: Movable,
  start: Start,
  left: Optimum,
): { readonly optimum: Optimum; readonly reasons: Map<number, string> } | null {
  const { problem, evicted } = movable;
  const total = left.loadBps.reduce((sum, bps) => sum + bps, 0);
  if (left.figures.overloadBps <= NO_OVERLOAD * total) return null;
  const forced = new Set(start.forced);
  const reluctant = evicted.map((from, index): Column | null => {
    return from && !forced.has(index) ? stayColumn(index, from, STAYING_COST) : null;
  });
  if (reluctant.every((column) => column === null)) return null;
  const stays = start.stays.map((stay, index) => stay ?? reluctant[index] ?? null);
  const optimum = optimise(problem, left.routing, { stays, isReluctant: true });
  const savedBps = left.figures.overloadBps - optimum.figures.overloadBps;
  if (savedBps <= WORTH_STAYING * left.figures.overloadBps) return null;
  const reason = `without these arcs the least overload is ${formatBps(left.figures.overloadBps)}, ${formatBps(savedBps)} more than with what stays`;
  const reasons = new Map<number, string>();
  optimum.routing.forEach((flows, index) => {
    const stayed = flows.some(({ column }) => column.isStay && reluctant[index]);
    if (stayed) reasons.set((problem.commodities[index] as Commodity).demand, reason);
  });
  return { optimum, reasons };
}
