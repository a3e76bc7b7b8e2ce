import type { LinkTable, PlantState } from '../../../src/telemetry/simulator/plant.ts';

/** Loss on the wire that grows by less (a precursor of minutes or hours) carries on the segment. */
const SAME_LOSS = 1e-4;
/** A step of this size is an event, after which the world is looked at second by second. */
const SUDDEN_LOSS = 1e-3;
const SAME_MS = 1;
const SUDDEN_MS = 5;

const LOSSES = ['corruption', 'throttled'] as const;
const FACTORS = ['sourceFactor', 'targetFactor'] as const;

/** Whether two states of the plant do the same to traffic and its measurement, but for what nobody could see. */
export function isSame(one: PlantState, other: PlantState): boolean {
  return !differs(one, other, SAME_LOSS, SAME_MS);
}

/** Whether what is between the two happened all at once. */
export function isSudden(one: PlantState, other: PlantState): boolean {
  return differs(one, other, SUDDEN_LOSS, SUDDEN_MS);
}

function differs(one: PlantState, other: PlantState, loss: number, ms: number): boolean {
  return (
    isApart(one.linkUp, other.linkUp, 0) ||
    isApart(one.shut, other.shut, 0) ||
    isApart(one.isSilent, other.isSilent, 0) ||
    FACTORS.some((name) => isApart(one[name], other[name], 0)) ||
    LOSSES.some((name) => isApart(one[name], other[name], loss)) ||
    isApart(one.extraLatencyMs, other.extraLatencyMs, ms)
  );
}

function isApart(one: ArrayLike<number>, other: ArrayLike<number>, by: number): boolean {
  for (let at = 0; at < one.length; at += 1) {
    if (Math.abs((one[at] as number) - (other[at] as number)) > by) return true;
  }
  return false;
}

/** Links (numbers) of which anything differs that could be seen. */
export function changedLinks(one: PlantState, other: PlantState, { arcs }: Pick<LinkTable, 'arcs'>): number[] {
  const ofArcs = [
    ...LOSSES.map((name) => [name, SAME_LOSS] as const),
    ['isSilent', 0],
    ['extraLatencyMs', SAME_MS],
  ] as const;
  const ofLinks = ['linkUp', 'shut'] as const;
  return arcs.flatMap((pair, link) => {
    const differsHere = ofLinks.some((name) => one[name][link] !== other[name][link]);
    const differsOnArc = ofArcs.some(([name, by]) =>
      pair.some((arc) => Math.abs((one[name][arc] as number) - (other[name][arc] as number)) > by),
    );
    return differsHere || differsOnArc ? [link] : [];
  });
}
