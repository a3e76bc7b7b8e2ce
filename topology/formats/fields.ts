import type { PerDirection } from '../model.ts';
import type { Findings } from './findings.ts';

/** Long enough for any router's name; short enough for keys, paths and tables. */
export const MAX_ID_LENGTH = 128;
export const MAX_NAME_LENGTH = 200;

export interface Bounds {
  /** Smallest value allowed. */
  readonly min?: number;
  /** The value must be larger than this. */
  readonly above?: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/**
 * Reads the fields of one JSON object and notes what is wrong with them. A reading that was noted as a problem
 * gives a stand-in, so that the rest of the file can still be checked; the caller throws at the end.
 */
export class FieldReader {
  readonly path: string;
  readonly #raw: Readonly<Record<string, unknown>>;
  readonly #findings: Findings;

  constructor(raw: Readonly<Record<string, unknown>>, path: string, findings: Findings) {
    this.#raw = raw;
    this.path = path;
    this.#findings = findings;
  }

  field(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  /** The raw value; null where it is absent. */
  get(name: string): unknown {
    return Object.hasOwn(this.#raw, name) ? (this.#raw[name] ?? null) : null;
  }

  problem(name: string, message: string, value?: unknown): void {
    this.#findings.problem(this.field(name), message, value);
  }

  noteUnknown(known: ReadonlySet<string>): void {
    for (const name of Object.keys(this.#raw)) if (!known.has(name)) this.#findings.unknownField(this.path, name);
  }

  /** A required identifier; empty where it cannot be used. */
  id(name: string): string {
    const value = this.#required(name);
    if (value === null) return '';
    const wrong = idProblem(value);
    if (wrong === null) return value as string;
    this.problem(name, wrong, value);
    return '';
  }

  /** An optional text of at most `max` characters. */
  text(name: string, max: number): string | null {
    const value = this.get(name);
    if (value === null) return null;
    const wrong = textProblem(value, max);
    if (wrong === null) return value as string;
    this.problem(name, wrong, value);
    return null;
  }

  /** An optional number; null where it is absent or wrong. */
  number(name: string, bounds: Bounds): number | null {
    const value = this.get(name);
    return value === null ? null : this.#checked(name, value, bounds);
  }

  requiredNumber(name: string, bounds: Bounds): number {
    const value = this.#required(name);
    return value === null ? 0 : (this.#checked(name, value, bounds) ?? 0);
  }

  /** A number for both directions, or `{ az, za }`; null where it is absent or wrong. */
  perDirection(name: string, bounds: Bounds): PerDirection<number> | null {
    const value = this.get(name);
    if (value === null) return null;
    if (!isObject(value)) {
      if (typeof value !== 'number') {
        this.problem(name, 'must be a number or {"az": number, "za": number}', value);
        return null;
      }
      const both = this.#checked(name, value, bounds);
      return both === null ? null : { az: both, za: both };
    }
    const inner = new FieldReader(value, this.field(name), this.#findings);
    inner.noteUnknown(DIRECTION_FIELDS);
    return { az: inner.requiredNumber('az', bounds), za: inner.requiredNumber('za', bounds) };
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | null {
    const value = this.get(name);
    if (value === null) return null;
    const found = allowed.find((item) => item === value);
    if (found === undefined) this.problem(name, `must be one of ${allowed.join(', ')}`, value);
    return found ?? null;
  }

  /** A list of at most `max` items; empty where it is absent or wrong. */
  list(name: string, max: number, required: boolean): readonly unknown[] {
    const value = required ? this.#required(name) : this.get(name);
    if (value === null) return [];
    if (!Array.isArray(value)) this.problem(name, 'must be a list', value);
    else if (value.length > max) this.problem(name, `must have at most ${max} items, has ${value.length}`);
    else return value;
    return [];
  }

  /** A list of objects, each with its reader. */
  *objects(name: string, max: number, required: boolean): Generator<{ reader: FieldReader; position: number }> {
    const items = this.list(name, max, required);
    for (let position = 0; position < items.length; position += 1) {
      const item = items[position];
      const path = `${this.field(name)}[${position}]`;
      if (isObject(item)) yield { reader: new FieldReader(item, path, this.#findings), position };
      else this.#findings.problem(path, 'must be an object', item);
    }
  }

  #required(name: string): unknown {
    const value = this.get(name);
    if (value === null) this.problem(name, 'is missing');
    return value;
  }

  #checked(name: string, value: unknown, bounds: Bounds): number | null {
    const wrong = numberProblem(value, bounds);
    if (wrong !== null) {
      this.problem(name, wrong, value);
      return null;
    }
    // JSON writes -0 as 0; a value must not change on its way through a file.
    return (value as number) + 0;
  }
}

const DIRECTION_FIELDS: ReadonlySet<string> = new Set(['az', 'za']);

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function numberProblem(value: unknown, { min, above, max, integer }: Bounds): string | null {
  if (typeof value !== 'number') return 'must be a number';
  if (!Number.isFinite(value)) return 'must be a finite number';
  if (above !== undefined && value <= above) return `must be > ${above}`;
  if (min !== undefined && value < min) return `must be >= ${min}`;
  if (max !== undefined && value > max) return `must be <= ${max}`;
  return integer && !Number.isInteger(value) ? 'must be a whole number' : null;
}

/** Control characters, line separators and halves of surrogate pairs break logs, keys and terminals. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

function textProblem(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return 'must be a text';
  if (value === '') return 'must not be empty';
  if (value.length > max) return `must have at most ${max} characters`;
  return UNPRINTABLE.test(value) ? 'must not contain control characters' : null;
}

function idProblem(value: unknown): string | null {
  const wrong = textProblem(value, MAX_ID_LENGTH);
  if (wrong !== null) return wrong;
  const id = value as string;
  if (id !== id.trim()) return 'must not begin or end with a space';
  // Arc ids are `<linkId>:az`; a link that ends like that could be taken for an arc.
  if (/:(az|za)$/.test(id)) return 'must not end in :az or :za';
  // Ids stand in URLs and as keys of plain objects.
  return id === '.' || id === '..' || id === '__proto__' ? 'is a reserved word' : null;
}

/** Notes an id that was used before; true when it was. */
export function noteDuplicate(
  reader: FieldReader,
  id: string,
  places: Map<string, number>,
  position: number,
  list: string,
): boolean {
  const first = places.get(id);
  if (first === undefined) {
    places.set(id, position);
    return false;
  }
  reader.problem('id', `must be unique, is also the id of ${list}[${first}]`, id);
  return true;
}
