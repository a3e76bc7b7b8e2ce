import { numberOf, textOf } from '../varbind.ts';
import type { Condition, CpuDefinition } from '../vendors/schema.ts';
import type { ColumnNames } from './names.ts';
import type { Tables } from './tables.ts';

export type Definition = Pick<CpuDefinition, 'id' | 'unless' | 'name' | 'where' | 'index'>;
/** A definition with the columns that its name template may refer to. */
export type Named<D> = D & { readonly columns: ColumnNames };

/** True when a row is one that the definition is about. */
export function passes({ where = [], index: pattern }: Definition, index: string, tables: Tables): boolean {
  if (pattern !== undefined && !new RegExp(pattern).test(index)) return false;
  return where.every((condition) => meets(condition, index, tables));
}

function meets({ column, is, not, min, matches }: Condition, index: string, tables: Tables): boolean {
  const cell = tables.cell(column, index);
  if (matches !== undefined) return new RegExp(matches, 'i').test(textOf(cell) ?? '');
  const code = numberOf(cell);
  if (code === null) return false;
  return (is?.includes(code) ?? true) && !(not?.includes(code) ?? false) && (min === undefined || code >= min);
}
