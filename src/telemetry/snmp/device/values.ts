import type { Varbind } from '../varbind.ts';

/** Transceivers and pollers alike show no light at all as this. */
const NO_LIGHT_DBM = -40;

export interface Conversion {
  readonly scale?: number;
  readonly offset?: number;
  readonly convert?: 'mw-to-dbm' | 'uw-to-dbm' | 'ieee754' | 'idle';
  readonly skip?: readonly number[];
}

/** The figure in a cell, scaled; null when there is none, or when its raw value means that there is none. */
export function figureOf(cell: Varbind | undefined, conversion: Conversion): number | null {
  if (conversion.convert === 'ieee754') return ieee754(cell);
  const raw = rawNumber(cell);
  if (raw === null || conversion.skip?.includes(raw)) return null;
  const scaled = raw * (conversion.scale ?? 1) + (conversion.offset ?? 0);
  switch (conversion.convert) {
    case 'mw-to-dbm':
      return milliwattsToDbm(scaled);
    case 'uw-to-dbm':
      return milliwattsToDbm(scaled / 1000);
    case 'idle':
      return 100 - scaled;
    default:
      return tidy(scaled);
  }
}

/** A number of any type; some agents send figures as text. */
export function rawNumber(cell: Varbind | undefined): number | null {
  if (cell === undefined || cell.value === null) return null;
  if (typeof cell.value === 'number') return cell.value;
  if (typeof cell.value === 'bigint') return Number(cell.value);
  if (cell.type !== 'octets') return null;
  const text = Buffer.from(cell.value).toString('latin1').trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}

/** Null below zero: no power is negative. */
export function milliwattsToDbm(milliwatts: number): number | null {
  if (milliwatts < 0) return null;
  return milliwatts === 0 ? NO_LIGHT_DBM : 10 * Math.log10(milliwatts);
}

/** Single precision in four octets, or in a 32-bit number. */
function ieee754(cell: Varbind | undefined): number | null {
  const bytes = Buffer.alloc(4);
  if (cell?.type === 'octets' && cell.value.length === 4) bytes.set(cell.value);
  else if (typeof cell?.value === 'number') bytes.writeUInt32BE(cell.value >>> 0);
  else return null;
  const value = bytes.readFloatBE();
  return Number.isFinite(value) ? value : null;
}

/** 3.3000000000000003 V is no better than 3.3 V. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
