import type { Clock } from '../../core/clock.ts';
import { type ErrorCode, messageOf } from '../../core/errors.ts';
import { isTimeout, isTooBig, type SnmpClient, SnmpStatusError } from './client.ts';
import { compareOids, indexBelow, isBelow } from './oid.ts';
import type { Varbind } from './varbind.ts';

export interface WalkLimits {
  /** Most rows of one column. */
  readonly maxRows: number;
  /** Time for the whole walk. */
  readonly deadlineMs: number;
  /** Time for one request, retries included. */
  readonly requestMs: number;
  /** Rows asked for in one GETBULK; by default as many as fit with eight columns. */
  readonly repetitions?: number;
}

export interface WalkProblem {
  readonly code: ErrorCode;
  /** The column, or the object at which it went wrong. */
  readonly oid: string;
  readonly message: string;
}

export interface WalkResult {
  /** Cells by column, then by row index; a column that the agent does not have is empty. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, Varbind>>;
  readonly problems: readonly WalkProblem[];
}

interface Column {
  readonly oid: string;
  readonly cells: Map<string, Varbind>;
  cursor: string;
  open: boolean;
  /** Being asked for now. */
  busy: boolean;
}

/** Columns asked for in one request, and varbinds that an answer may have: about 1,400 octets of a datagram. */
const COLUMNS_AT_ONCE = 8;
const VARBINDS_AT_ONCE = 60;
/** Requests under way once the agent has answered: it encodes one answer while we read the other. */
const LANES = 2;

/**
 * Reads columns of a table by GETBULK. Never fooled: an object that does not come strictly after the one before
 * ends its column (RFC 3416 asks for increasing order, agents with broken tables go round in circles), and rows and
 * time are capped. On timeout or `tooBig` the answer asked for is halved, down to single GETNEXTs. What was read
 * before a problem is kept.
 * @throws DetourError SNMP_TIMEOUT when the agent answers nothing at all.
 */
export async function walkColumns(
  client: SnmpClient,
  columnOids: readonly string[],
  limits: WalkLimits,
  clock: Clock,
): Promise<WalkResult> {
  return new TableWalk(client, columnOids, limits, clock).run();
}

class TableWalk {
  readonly #client: SnmpClient;
  readonly #limits: WalkLimits;
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  readonly #columns: readonly Column[];
  readonly #problems: WalkProblem[] = [];
  #varbindsAtOnce = VARBINDS_AT_ONCE;
  #answered = false;
  /** The last timeout. */
  #silence: unknown = null;
  #lanes = LANES;

  constructor(client: SnmpClient, columnOids: readonly string[], limits: WalkLimits, clock: Clock) {
    this.#client = client;
    this.#limits = limits;
    this.#clock = clock;
    this.#endsAtMs = clock.nowMs() + limits.deadlineMs;
    this.#columns = columnOids.map((oid) => ({ oid, cells: new Map(), cursor: oid, open: true, busy: false }));
  }

  async run(): Promise<WalkResult> {
    await this.#lane(0);
    return { columns: new Map(this.#columns.map(({ oid, cells }) => [oid, cells])), problems: this.#problems };
  }

  /** Asks for one batch after another; the first lane opens the others once the agent has answered. */
  async #lane(number: number): Promise<void> {
    const others: Promise<void>[] = [];
    for (let batch = this.#nextBatch(); batch.length > 0 && number < this.#lanes; batch = this.#nextBatch()) {
      if (this.#clock.nowMs() >= this.#endsAtMs) {
        this.#runOut();
        break;
      }
      await this.#step(batch);
      if (number === 0 && others.length === 0 && this.#answered) others.push(...this.#moreLanes());
    }
    await Promise.all(others);
    // A lane that ended while another held the last columns leaves nothing behind: the first one looks again.
    if (number === 0 && this.#columns.some(({ open }) => open)) await this.#lane(0);
  }

  #moreLanes(): Promise<void>[] {
    return Array.from({ length: this.#lanes - 1 }, (_, at) => this.#lane(at + 1));
  }

  /** A device that has not said one word by then is silent, and not one without rows. */
  #runOut(): void {
    if (!this.#answered && this.#silence !== null) throw this.#silence;
    for (const column of this.#columns.filter(({ open, busy }) => open && !busy)) {
      this.#end(column, 'SNMP_WALK_CUT', column.cursor, `not finished within ${this.#limits.deadlineMs} ms`);
    }
  }

  #nextBatch(): Column[] {
    const { repetitions = 1 } = this.#limits;
    const most = Math.min(COLUMNS_AT_ONCE, Math.max(1, Math.floor(this.#varbindsAtOnce / repetitions)));
    return this.#columns.filter(({ open, busy }) => open && !busy).slice(0, most);
  }

  async #step(batch: readonly Column[]): Promise<void> {
    const cursors = batch.map(({ cursor }) => cursor);
    const room = Math.max(1, Math.floor(this.#varbindsAtOnce / batch.length));
    const repetitions = Math.min(this.#limits.repetitions ?? room, room);
    const requestMs = Math.max(1, Math.min(this.#limits.requestMs, this.#endsAtMs - this.#clock.nowMs()));
    for (const column of batch) column.busy = true;
    try {
      const { varbinds } = await (this.#varbindsAtOnce === 1
        ? this.#client.getNext(cursors, requestMs)
        : this.#client.getBulk(cursors, repetitions, requestMs));
      this.#answered = true;
      this.#accept(batch, varbinds);
    } catch (error) {
      this.#retreat(batch, error);
    } finally {
      for (const column of batch) column.busy = false;
    }
  }

  /** Cells of an answer, row by row; a column the agent left out (a partial answer) is asked for again. */
  #accept(batch: readonly Column[], varbinds: readonly Varbind[]): void {
    for (const [at, varbind] of varbinds.entries()) {
      const column = batch[at % batch.length];
      if (column?.open) this.#take(column, varbind);
    }
    if (varbinds.length > 0) return;
    if (this.#varbindsAtOnce > 1) this.#varbindsAtOnce = 1;
    else for (const column of batch) this.#end(column, 'SNMP_BAD_ANSWER', column.cursor, 'the answer was empty');
  }

  #take(column: Column, varbind: Varbind): void {
    if (varbind.type === 'endOfMibView' || !isBelow(column.oid, varbind.oid)) {
      column.open = false;
      // A step backwards out of the column is the end of it for us, but still a fault of the agent.
      if (compareOids(varbind.oid, column.cursor) < 0) this.#notIncreasing(column, varbind.oid);
    } else if (compareOids(varbind.oid, column.cursor) <= 0) {
      this.#notIncreasing(column, varbind.oid);
    } else if (column.cells.size >= this.#limits.maxRows) {
      this.#end(column, 'SNMP_WALK_CUT', varbind.oid, `more than ${this.#limits.maxRows} rows`);
    } else {
      column.cells.set(indexBelow(column.oid, varbind.oid), varbind);
      column.cursor = varbind.oid;
    }
  }

  #notIncreasing(column: Column, oid: string): void {
    this.#end(column, 'SNMP_NOT_INCREASING', oid, `came after ${column.cursor}; the rest of the column was left out`);
  }

  /** A request failed: ask for less, or give these columns up. */
  #retreat(batch: readonly Column[], error: unknown): void {
    // Whatever went wrong, a struggling agent is better asked one thing at a time.
    this.#lanes = 1;
    if (isTimeout(error)) this.#silence = error;
    const patience = this.#answered ? 1 : COLUMNS_AT_ONCE + 1;
    const less = this.#lessAtOnce(error);
    if (less !== null && this.#varbindsAtOnce > patience) this.#varbindsAtOnce = less;
    else if (isTimeout(error) && !this.#answered) {
      // Some agents are silent on GETBULK of any size: one GETNEXT tells them from dead ones.
      if (this.#varbindsAtOnce === 1) throw error;
      this.#varbindsAtOnce = 1;
    } else if (less !== null && this.#varbindsAtOnce > 1) this.#varbindsAtOnce = less;
    else this.#giveUp(batch, error);
  }

  /** How much to ask for after this error; null when asking for less does not help. */
  #lessAtOnce(error: unknown): number | null {
    if (isTimeout(error) || isTooBig(error)) return Math.max(1, Math.floor(this.#varbindsAtOnce / 2));
    return error instanceof SnmpStatusError ? 1 : null;
  }

  #giveUp(batch: readonly Column[], error: unknown): void {
    if (error instanceof SnmpStatusError && error.snmpStatus === 'NoSuchName') {
      for (const column of batch) column.open = false;
      return;
    }
    const code = isTimeout(error) ? 'SNMP_TIMEOUT' : 'SNMP_BAD_ANSWER';
    for (const column of batch) this.#end(column, code, column.cursor, messageOf(error));
  }

  #end(
    column: Column,
    key: 'SNMP_NOT_INCREASING' | 'SNMP_WALK_CUT' | 'SNMP_BAD_ANSWER' | 'SNMP_TIMEOUT',
    oid: string,
    message: string,
  ): void {
    column.open = false;
    this.#problems.push({ code: `DETOUR_ERR_${key}`, oid, message });
  }
}
