import type { Static, TSchema } from 'typebox';
import { DetourError, messageOf } from '../../core/errors.ts';
import { describeProblem, type SchemaChecker } from '../../core/schema.ts';
import type { CorruptRecord, ReportCorrupt } from '../store.ts';

/** Reported ones are remembered, so that a record that is read every second is not reported every second. */
const REMEMBERED_MAX = 1_000;

type Decoded<T> = { readonly value: T } | { readonly problem: string };

/** Turns stored texts into values that match their schema. One corrupt record must not stop the service. */
export class Records {
  readonly #report: ReportCorrupt;
  readonly #reported = new Set<string>();

  constructor(report: ReportCorrupt = () => {}) {
    this.#report = report;
  }

  /** For single records: throws CORRUPT_RECORD naming key and field. */
  one<T extends TSchema>(checker: SchemaChecker<T>, key: string, field: string | null, text: string): Static<T> {
    const decoded = decode(checker, text);
    if ('value' in decoded) return decoded.value;
    throw corrupt({ key, field, problem: decoded.problem });
  }

  /** For members of lists: null after a report. */
  member<T extends TSchema>(
    checker: SchemaChecker<T>,
    key: string,
    field: string | null,
    text: string,
  ): Static<T> | null {
    const decoded = decode(checker, text);
    if ('value' in decoded) return decoded.value;
    this.reportOnce({ key, field, problem: decoded.problem });
    return null;
  }

  reportOnce(record: CorruptRecord): void {
    const name = JSON.stringify([record.key, record.field, record.problem]);
    if (this.#reported.has(name)) return;
    if (this.#reported.size >= REMEMBERED_MAX) this.#reported.clear();
    this.#reported.add(name);
    this.#report(record);
  }
}

function decode<T extends TSchema>(checker: SchemaChecker<T>, text: string): Decoded<Static<T>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: messageOf(error) };
  }
  if (checker.matches(value)) return { value };
  const [first] = checker.problems(value, 1);
  return { problem: first ? describeProblem(first) : 'does not match its schema' };
}

export function corrupt({ key, field, problem }: CorruptRecord): DetourError {
  const where = field === null ? key : `${key} field ${field}`;
  return new DetourError('CORRUPT_RECORD', `${where}: ${problem}`, {
    field: where,
    hint: 'delete it in Redis; what is still true is written again',
  });
}
