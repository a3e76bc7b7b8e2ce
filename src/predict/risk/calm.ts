import { RISK_FEATURE_NAMES } from './features.ts';

/** Features that say that something is out of the ordinary, from where on, and which way. */
const SIGNS = [
  ['rxPowerAgainst1d', -0.4],
  ['rxPowerRise10m', -0.15],
  ['bitErrorsTowardsLimit', 0.4],
  ['bitErrorsRise10m', 0.1],
  ['errorsRise', 0.5],
  ['errorsRise10m', 0.5],
  ['errors1hAgainst6h', 0.5],
  ['temperatureAgainstYesterday', 4],
  ['temperatureAgainst1d', 4.5],
  ['temperatureRise10m', 2],
  ['transceiverAgainstOthers', 2],
  ['transceiverRise10m', 1],
  ['oneWayLatencyAgainst1d', 0.3],
  ['cpuAgainst1d', 0.15],
] as const satisfies readonly (readonly [feature: string, from: number])[];

const COLUMNS = SIGNS.map(([name, from]) => ({ column: RISK_FEATURE_NAMES.indexOf(name), from }));

/** Whether nothing is out of the ordinary in the row that begins at `at`: most rows are calm, and say much the same. */
export function isCalm(values: Float32Array, at: number): boolean {
  return COLUMNS.every(({ column, from }) => {
    const value = values[at + column] as number;
    return from < 0 ? !(value <= from) : !(value >= from);
  });
}
