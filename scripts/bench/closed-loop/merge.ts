import type { ExcessReport } from './excess.ts';
import type { ArmSum, ArmSums, LoopResult } from './run.ts';

/** Kinds of excess, and worst minutes, that are told of all days together. */
const KEPT = 20;

/** Days as one run. Throws RangeError where there are none. */
export function mergeDays(days: readonly LoopResult[]): LoopResult {
  const [first, ...rest] = days;
  if (!first) throw new RangeError('no day was played');
  return rest.reduce(both, first);
}

function both(one: LoopResult, other: LoopResult): LoopResult {
  return {
    ...arms(one, other),
    settled: arms(one.settled, other.settled),
    seconds: one.seconds + other.seconds,
    offeredBit: one.offeredBit + other.offeredBit,
    changes: [...one.changes, ...other.changes],
    unjudged: one.unjudged + other.unjudged,
    beaten: {
      segments: one.beaten.segments + other.beaten.segments,
      bit: one.beaten.bit + other.beaten.bit,
    },
    samples: [...one.samples, ...other.samples],
    plans: one.plans + other.plans,
    ticks: one.ticks + other.ticks,
    fineTicks: one.fineTicks + other.fineTicks,
    readings: one.readings + other.readings,
    events: one.events + other.events,
    excess: excess(one.excess, other.excess),
    cpuSeconds: Object.fromEntries(added(Object.entries(one.cpuSeconds), Object.entries(other.cpuSeconds))),
  };
}

function arms(one: ArmSums, other: ArmSums): ArmSums {
  const sum = (x: ArmSum, y: ArmSum): ArmSum => ({ lostBit: x.lostBit + y.lostBit, overBit: x.overBit + y.overBit });
  return {
    igp: sum(one.igp, other.igp),
    detour: sum(one.detour, other.detour),
    oracle: sum(one.oracle, other.oracle),
  };
}

function excess(one: ExcessReport, other: ExcessReport): ExcessReport {
  return {
    byKind: Object.fromEntries(added(Object.entries(one.byKind), Object.entries(other.byKind))),
    byFaults: added(one.byFaults, other.byFaults)
      .sort(([, x], [, y]) => y - x)
      .slice(0, KEPT),
    worst: [...one.worst, ...other.worst].sort((x, y) => y.excessBit - x.excessBit).slice(0, KEPT),
  };
}

function added(
  one: readonly (readonly [string, number])[],
  other: readonly (readonly [string, number])[],
): [string, number][] {
  const sums = new Map<string, number>();
  for (const [name, value] of [...one, ...other]) sums.set(name, (sums.get(name) ?? 0) + value);
  return [...sums];
}
