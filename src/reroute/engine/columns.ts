import type { Column, Footprint } from './flow.ts';

export function pathColumn(commodity: number, arcs: readonly number[]): Column {
  return { commodity, arcs, shares: null, cost: 0, isStay: false };
}

/** The way that a commodity takes now; `cost` per unit of load makes staying dear. */
export function stayColumn(commodity: number, stay: Footprint, cost: number): Column {
  return { commodity, arcs: stay.arcs, shares: stay.shares, cost, isStay: true };
}
