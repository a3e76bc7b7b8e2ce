import { DetourError, type ErrorKey } from '../../src/core/errors.ts';
import { describeProblem, preview, type SchemaProblem } from '../../src/core/schema.ts';

const MAX_PROBLEMS = 20;
const MAX_WARNINGS = 20;

/** A file that does not say what it should; `problems` are all the reasons, bounded to the first 20. */
export class InvalidFileError extends DetourError {
  override readonly problems: readonly SchemaProblem[];
  /** How many there are, shown or not. */
  readonly problemCount: number;

  constructor(key: ErrorKey, problems: readonly SchemaProblem[], problemCount: number, prefix = '') {
    const [first] = problems;
    const more = problemCount > 1 ? ` (and ${problemCount - 1} more)` : '';
    super(key, `${prefix}${first ? describeProblem(first) : 'is wrong'}${more}`, {
      field: first?.field,
      value: first?.value,
    });
    this.problems = problems;
    this.problemCount = problemCount;
  }
}

/** Collects what is wrong and what is odd about a file. Bounded, however large and however wrong the file is. */
export class Findings {
  readonly problems: SchemaProblem[] = [];
  problemCount = 0;
  readonly #warnings: string[] = [];
  #warningCount = 0;
  /** Unknown fields by their path without indices, with the first place and the number of places. */
  readonly #unknownFields = new Map<string, { first: string; count: number }>();

  /** `value` is left undefined where it may be a secret. */
  problem(field: string, message: string, value?: unknown): void {
    this.problemCount += 1;
    if (this.problems.length >= MAX_PROBLEMS) return;
    const kind = kindOf(value);
    if (kind === null) this.problems.push({ field, message, value: shortened(value) });
    else this.problems.push({ field, message: `${message}, got ${kind}`, value: undefined });
  }

  warn(message: string): void {
    this.#warningCount += 1;
    if (this.#warnings.length < MAX_WARNINGS) this.#warnings.push(message);
  }

  unknownField(path: string, name: string): void {
    const shown = /^[\w.-]{1,40}$/.test(name) ? name : preview(name);
    const field = path === '' ? shown : `${path}.${shown}`;
    const kind = field.replace(/\[\d+\]/g, '[]');
    const known = this.#unknownFields.get(kind);
    if (known) known.count += 1;
    else if (this.#unknownFields.size < MAX_WARNINGS) this.#unknownFields.set(kind, { first: field, count: 1 });
  }

  warnings(): string[] {
    const hidden = this.#warningCount - this.#warnings.length;
    const unknown = [...this.#unknownFields.values()].map(
      ({ first, count }) => `${first}: is not a known field${count > 1 ? ` (and ${count - 1} more like it)` : ''}`,
    );
    return [...this.#warnings, ...(hidden > 0 ? [`... and ${hidden} more warnings`] : []), ...unknown];
  }

  /** Throws when anything was wrong. */
  assertNone(key: ErrorKey): void {
    if (this.problemCount > 0) throw new InvalidFileError(key, this.problems, this.problemCount);
  }
}

/** A name for what is not shown as it is: lists and objects may be large, deep or hold secrets. */
function kindOf(value: unknown): string | null {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value !== null && typeof value === 'object') return 'an object';
  return typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function' ? typeof value : null;
}

function shortened(value: unknown): unknown {
  return typeof value === 'string' && value.length > 80 ? `${value.slice(0, 77)}...` : value;
}
