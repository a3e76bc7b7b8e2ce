import type { Clock } from '../../../core/clock.ts';
import { DetourError, type ErrorCode, messageOf } from '../../../core/errors.ts';
import type { SnmpClient } from '../client.ts';
import { indexBelow, isBelow } from '../oid.ts';
import type { Varbind } from '../varbind.ts';
import { walkColumns } from '../walk.ts';

export interface ReadLimits {
  /** Time for one request, retries included. */
  readonly timeoutMs: number;
  /** Time for the whole device. */
  readonly deadlineMs: number;
}

export interface Problem {
  readonly code: ErrorCode;
  readonly oid: string | null;
  readonly message: string;
}

/** Rows of one column, by index. */
export type Cells = ReadonlyMap<string, Varbind>;

/** Columns of one device, read once each, within one deadline; what went wrong is kept beside them. */
export interface Tables {
  readonly problems: readonly Problem[];
  /** Reads those of the columns that were not read yet. Never rejects: a silent device is a problem in the list. */
  read(columnOids: readonly string[]): Promise<void>;
  /** Rows of a column that was read; empty when the device has none. */
  column(oid: string): Cells;
  cell(oid: string, index: string): Varbind | undefined;
  note(problem: Problem): void;
}

const MAX_ROWS = 20_000;
const EMPTY: Cells = new Map();
/** Rows asked for at once behind a break in the order. */
const RECOVER_AT_ONCE = 16;

export class DeviceTables implements Tables {
  readonly problems: Problem[] = [];
  readonly #client: SnmpClient;
  readonly #clock: Clock;
  readonly #requestMs: number;
  readonly #endsAtMs: number;
  readonly #columns = new Map<string, Cells>();

  constructor(client: SnmpClient, limits: ReadLimits, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    this.#requestMs = limits.timeoutMs;
    this.#endsAtMs = clock.nowMs() + limits.deadlineMs;
  }

  async read(columnOids: readonly string[]): Promise<void> {
    const wanted = [...new Set(columnOids)].filter((oid) => !this.#columns.has(oid));
    const deadlineMs = this.#endsAtMs - this.#clock.nowMs();
    if (wanted.length === 0) return;
    if (deadlineMs <= 0) {
      const message = `${wanted.length} columns were not read: the time for this device is over`;
      this.note({ code: 'DETOUR_ERR_SNMP_WALK_CUT', oid: wanted[0] ?? null, message });
      return;
    }
    try {
      const limits = { maxRows: MAX_ROWS, deadlineMs, requestMs: this.#requestMs };
      const { columns, problems } = await walkColumns(this.#client, wanted, limits, this.#clock);
      for (const [oid, cells] of columns) this.#columns.set(oid, cells);
      for (const problem of problems) {
        this.note(problem.code === 'DETOUR_ERR_SNMP_NOT_INCREASING' ? await this.#recover(problem) : problem);
      }
    } catch (error) {
      const code = error instanceof DetourError ? error.code : 'DETOUR_ERR_SNMP_BAD_ANSWER';
      this.note({ code, oid: wanted[0] ?? null, message: messageOf(error) });
    }
  }

  column(oid: string): Cells {
    return this.#columns.get(oid) ?? EMPTY;
  }

  cell(oid: string, index: string): Varbind | undefined {
    return this.#columns.get(oid)?.get(index);
  }

  note(problem: Problem): void {
    this.problems.push({ code: problem.code, oid: problem.oid, message: problem.message });
  }

  /**
   * Goes on behind the place where the agent stepped back within a column: some keep their rows out of order. Every
   * row is taken once, so a circle ends at the first row that is known; rows and time are capped as in any walk.
   */
  async #recover(problem: Problem): Promise<Problem> {
    const column = [...this.#columns.keys()].find((oid) => problem.oid !== null && isBelow(oid, problem.oid));
    if (column === undefined || problem.oid === null) return problem;
    const cells = new Map(this.column(column));
    const before = cells.size;
    this.#columns.set(column, cells);
    if (cells.has(indexBelow(column, problem.oid))) return problem;
    try {
      await this.#take(column, cells, problem.oid);
    } catch {
      // What was read is kept; the break in the order is the problem to report.
    }
    const gained = cells.size - before;
    return { ...problem, message: `${problem.message.split(';')[0]}; ${gained} rows behind it were read out of order` };
  }

  async #take(column: string, cells: Map<string, Varbind>, from: string): Promise<void> {
    const [first] = (await this.#client.get([from], this.#patienceMs())).varbinds;
    if (first?.value == null) return;
    cells.set(indexBelow(column, from), first);
    let cursor = from;
    while (cells.size < MAX_ROWS) {
      const { varbinds } = await this.#client.getBulk([cursor], RECOVER_AT_ONCE, this.#patienceMs());
      if (varbinds.length === 0) return;
      for (const varbind of varbinds) {
        const index = indexBelow(column, varbind.oid);
        if (varbind.value === null || !isBelow(column, varbind.oid) || cells.has(index)) return;
        cells.set(index, varbind);
        cursor = varbind.oid;
      }
    }
  }

  /** @throws DetourError SNMP_WALK_CUT when the time is over. */
  #patienceMs(): number {
    const leftMs = this.#endsAtMs - this.#clock.nowMs();
    if (leftMs <= 0) throw new DetourError('SNMP_WALK_CUT', 'the time for this device is over');
    return Math.min(this.#requestMs, leftMs);
  }
}
