import { numberOf } from '../varbind.ts';
import type { EntitySensorDefinition } from '../vendors/schema.ts';
import type { SensorReport } from './report.ts';
import type { Tables } from './tables.ts';
import { milliwattsToDbm, rawNumber } from './values.ts';

/** By EntitySensorDataType (RFC 3433); 14 is Cisco's and Arista's. */
const TYPES: Readonly<Record<number, { readonly kind: string; readonly unit: string }>> = {
  3: { kind: 'voltage', unit: 'V' },
  4: { kind: 'voltage', unit: 'V' },
  5: { kind: 'current', unit: 'A' },
  6: { kind: 'power', unit: 'W' },
  7: { kind: 'frequency', unit: 'Hz' },
  8: { kind: 'temperature', unit: 'C' },
  9: { kind: 'humidity', unit: '%' },
  10: { kind: 'fanspeed', unit: 'rpm' },
  11: { kind: 'airflow', unit: 'cmm' },
  14: { kind: 'dbm', unit: 'dBm' },
};
/** Powers of ten by EntitySensorDataScale, 1 (yocto) to 17 (yotta). */
const EXPONENTS = [-24, -21, -18, -15, -12, -9, -6, -3, 0, 3, 6, 9, 12, 18, 15, 21, 24];
const STATUSES = ['ok', 'unavailable', 'nonoperational'];
/** RFC 3433: these stand for below and above what the sensor can tell. */
const OUT_OF_RANGE = 1_000_000_000;
/** Modules without a reading say this, the least of 16 bits, whatever their precision. */
const NO_READING = -32_768;
const OPTICAL = /\b(t|r)x\b.*power|power.*\b(t|r)x\b|(transmit|receive) power|optical/i;

/** The readings of one ENTITY-SENSOR table; a light level in watts is given in dBm as well. */
export function entitySensors(
  definition: EntitySensorDefinition,
  tables: Tables,
  nameOf: (index: string) => string,
  isWanted: (index: string) => boolean,
): SensorReport[] {
  return [...tables.column(definition.value)].flatMap(([index, cell]) => {
    const known = TYPES[numberOf(tables.cell(definition.type, index)) ?? 0];
    const raw = rawNumber(cell);
    if (known === undefined || raw === null || !isWanted(index)) return [];
    const exponent = EXPONENTS[(numberOf(tables.cell(definition.scale, index)) ?? 9) - 1] ?? 0;
    const precision = numberOf(tables.cell(definition.precision, index)) ?? 0;
    const status = STATUSES[(numberOf(tables.cell(definition.status, index)) ?? 1) - 1] ?? 'unknown';
    const isValid = status !== 'unavailable' && raw !== NO_READING && Math.abs(raw) < OUT_OF_RANGE;
    const value = isValid ? scaled(raw, exponent, precision) : null;
    const reading = { ...known, name: nameOf(index), value, status: isValid ? status : 'unavailable' };
    return [reading, ...lightLevel(reading)];
  });
}

/** A negative precision counts wrong digits in front of the point (RFC 3433), which the value includes. */
function scaled(raw: number, exponent: number, precision: number): number {
  const power = exponent - Math.max(-8, Math.min(9, precision));
  return Number((power >= 0 ? raw * 10 ** power : raw / 10 ** -power).toPrecision(12));
}

function lightLevel(reading: SensorReport): SensorReport[] {
  if (reading.kind !== 'power' || reading.value === null || !OPTICAL.test(reading.name)) return [];
  const dbm = milliwattsToDbm(reading.value * 1000);
  return dbm === null ? [] : [{ ...reading, kind: 'dbm', unit: 'dBm', value: dbm }];
}
