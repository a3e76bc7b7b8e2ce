import type { Cells, Problem, Tables } from '../../../../src/telemetry/snmp/device/tables.ts';
import type { SnmpValue, Varbind } from '../../../../src/telemetry/snmp/varbind.ts';

export const text = (value: string): SnmpValue => ({ type: 'octets', value: Buffer.from(value, 'utf8') });
export const bytes = (...value: number[]): SnmpValue => ({ type: 'octets', value: Uint8Array.from(value) });
export const int = (value: number): SnmpValue => ({ type: 'integer', value });
export const ip = (value: string): SnmpValue => ({ type: 'ip', value });

/** Tables as they are once read, from cells by full OID `column|index`. */
export class FakeTables implements Tables {
  readonly problems: Problem[] = [];
  readonly wanted: string[] = [];
  readonly #columns = new Map<string, Map<string, Varbind>>();

  constructor(cells: Readonly<Record<string, SnmpValue>>) {
    for (const [key, value] of Object.entries(cells)) {
      const [column = '', index = ''] = key.split('|');
      const rows = this.#columns.get(column) ?? new Map<string, Varbind>();
      rows.set(index, { oid: `${column}.${index}`, ...value });
      this.#columns.set(column, rows);
    }
  }

  read(columnOids: readonly string[]): Promise<void> {
    this.wanted.push(...columnOids);
    return Promise.resolve();
  }

  column(oid: string): Cells {
    return this.#columns.get(oid) ?? new Map();
  }

  cell(oid: string, index: string): Varbind | undefined {
    return this.column(oid).get(index);
  }

  note(problem: Problem): void {
    this.problems.push(problem);
  }
}
