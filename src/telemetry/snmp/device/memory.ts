import { oidOf } from '../varbind.ts';
import type { MemoryDefinition } from '../vendors/schema.ts';
import { fillName } from './names.ts';
import type { MemoryReport } from './report.ts';
import { type Named, passes } from './rows.ts';
import type { Tables } from './tables.ts';
import { rawNumber } from './values.ts';

/** Memory pools of one table; what is more than full, or has no size, is left out. */
export function memoryRows(definition: Named<MemoryDefinition>, tables: Tables): MemoryReport[] {
  const { used, free, total, percent } = definition;
  const leading = used ?? percent ?? free;
  if (leading === undefined) return [];
  return [...tables.column(leading).keys()].flatMap((index) => {
    if (!passes(definition, index, tables) || !isOfType(definition.typeIs, index, tables)) return [];
    const at = (column: string | undefined): number | null =>
      column === undefined ? null : rawNumber(tables.cell(column, index));
    const unit = unitOf(definition.unitBytes, index, tables);
    const share = shareOf({ used: at(used), free: at(free), total: at(total), percent: at(percent) }, unit, definition);
    return share === null ? [] : [{ name: fillName(definition.name, index, definition.columns, tables), ...share }];
  });
}

/** Takes what buffers and cache hold out of the memory they are part of: it is free for whoever needs it. */
export function withoutCache(rows: readonly MemoryReport[], { in: whole, rows: parts }: { in: string; rows: string }) {
  const sum = rows
    .filter(({ name }) => new RegExp(parts, 'i').test(name))
    .reduce((bytes, { usedBytes }) => bytes + (usedBytes ?? 0), 0);
  return rows.map((row) => {
    if (!new RegExp(whole, 'i').test(row.name) || row.usedBytes === null || row.totalBytes === null) return row;
    const usedBytes = Math.max(0, row.usedBytes - sum);
    return { ...row, usedBytes, percent: Number(((100 * usedBytes) / row.totalBytes).toFixed(2)) };
  });
}

interface Amounts {
  readonly used: number | null;
  readonly free: number | null;
  readonly total: number | null;
  readonly percent: number | null;
}

function shareOf(
  { used, free, total, percent }: Amounts,
  unit: number,
  definition: MemoryDefinition,
): Omit<MemoryReport, 'name'> | null {
  const all = total ?? (used !== null && free !== null ? used + free : null);
  if (definition.percent !== undefined) return byPercent(percent, all, definition.totalUnitBytes ?? unit);
  const taken = used ?? (all !== null && free !== null ? all - free : null);
  if (all === null || all <= 0 || taken === null || taken < 0 || taken > all) return null;
  return { usedBytes: taken * unit, totalBytes: all * unit, percent: Number(((100 * taken) / all).toFixed(2)) };
}

function byPercent(percent: number | null, total: number | null, unit: number): Omit<MemoryReport, 'name'> | null {
  if (percent === null || percent < 0 || percent > 100) return null;
  const totalBytes = total === null || total <= 0 ? null : total * unit;
  return { usedBytes: totalBytes === null ? null : Math.round((totalBytes * percent) / 100), totalBytes, percent };
}

function unitOf(unit: number | string | undefined, index: string, tables: Tables): number {
  return typeof unit === 'string' ? (rawNumber(tables.cell(unit, index)) ?? 1) : (unit ?? 1);
}

function isOfType(type: MemoryDefinition['typeIs'], index: string, tables: Tables): boolean {
  return type === undefined || type.oids.includes(oidOf(tables.cell(type.column, index)) ?? '');
}
