import type { Column } from './flow.ts';
import type { Leaving } from './ratio-test.ts';
import { CAP, type SimplexState } from './simplex-state.ts';

/** What enters the basis: a column, at its value before the step, or the slack of a row. */
export type Entering =
  | { readonly column: Column; readonly start: number; readonly sign: 1 | -1 }
  | { readonly row: number };

/** Lets go of an arc that was held: it moves down (-1) or up (1). */
export function unmark(state: SimplexState, row: number, sign: 1 | -1): void {
  const arc = state.rowArc[row] as number;
  if (state.rowKind[row] === CAP) state.capped[arc] = 0;
  else {
    state.piece[arc] = (state.kinkOf[arc] as number) + (sign > 0 ? 1 : 0);
    state.kinkOf[arc] = -1;
  }
}

/** Exchanges what enters for what leaves; true when the kernel is the same as before. */
export function exchange(state: SimplexState, entering: Entering, leaving: Leaving): boolean {
  if (leaving.kind === 'entering') return true;
  if ('column' in entering) {
    const value = entering.start + entering.sign * leaving.step;
    return replaceByColumn(state, entering.column, value, leaving);
  }
  replaceRow(state, entering.row, leaving);
  return false;
}

function replaceByColumn(state: SimplexState, column: Column, value: number, leaving: Leaving): boolean {
  if (leaving.kind === 'row') {
    state.hold(state.rowArc.length, leaving.arc, leaving.rowKind);
    state.basics.push(column);
    state.basicValue.push(value);
    return false;
  }
  if (leaving.kind === 'basic') return put(state, leaving.at, column, value);
  if (leaving.kind !== 'key') return true;
  const { commodity } = leaving;
  if (commodity === column.commodity) {
    state.keys[commodity] = column;
    state.keyValue[commodity] = value;
    return !state.basics.some((basic) => basic?.commodity === commodity);
  }
  return put(state, promote(state, commodity), column, value);
}

function put(state: SimplexState, at: number, column: Column, value: number): boolean {
  state.basics[at] = column;
  state.basicValue[at] = value;
  return false;
}

function replaceRow(state: SimplexState, row: number, leaving: Leaving): void {
  if (leaving.kind === 'row') {
    state.hold(row, leaving.arc, leaving.rowKind);
    return;
  }
  const at = leaving.kind === 'basic' ? leaving.at : leaving.kind === 'key' ? promote(state, leaving.commodity) : -1;
  state.basics.splice(at, 1);
  state.basicValue.splice(at, 1);
  state.rowArc.splice(row, 1);
  state.rowKind.splice(row, 1);
}

/** Makes the largest other column of a commodity its key; returns its place among the basics. */
function promote(state: SimplexState, commodity: number): number {
  let best = -1;
  state.basics.forEach((column, at) => {
    if (column?.commodity !== commodity) return;
    if (best < 0 || (state.basicValue[at] as number) > (state.basicValue[best] as number)) best = at;
  });
  state.keys[commodity] = state.basics[best] as Column;
  state.keyValue[commodity] = state.basicValue[best] as number;
  return best;
}
