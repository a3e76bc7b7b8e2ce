import type { FieldProblem } from '../../core/errors.ts';

/** Rows in the order of a model's features, or what is wrong with them. */
export type ReadRows = { readonly values: Float32Array } | { readonly problems: readonly FieldProblem[] };

/** Problems that are told of one request; more would bury the first. */
const MAX_PROBLEMS = 100;

/** Reads features by name into the order in which a model has them; made once a model, used for every request. */
export class NamedRows {
  readonly names: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(names: readonly string[]) {
    this.names = names;
    this.#places = new Map(names.map((name, place) => [name, place]));
  }

  /**
   * One row or more, each an object with every feature by its name: a number, or null where it is not known. `path`
   * names the place in the request (`features`, `rows`).
   */
  read(rows: readonly unknown[], path: (row: number) => string): ReadRows {
    const values = new Float32Array(rows.length * this.names.length);
    for (let row = 0; row < rows.length; row += 1) {
      if (!this.#take(rows[row], values, row * this.names.length)) return this.#explain(rows, path);
    }
    return { values };
  }

  /** The quick way: true when everything is there and nothing else. */
  #take(row: unknown, values: Float32Array, at: number): boolean {
    if (row === null || typeof row !== 'object' || Array.isArray(row)) return false;
    const known = row as Record<string, unknown>;
    let count = 0;
    for (const name in known) {
      const place = this.#places.get(name);
      const value = known[name];
      if (place === undefined || (value !== null && typeof value !== 'number')) return false;
      // A number beyond single precision would become infinite, which is no reading of anything.
      const kept = value === null ? Number.NaN : Math.fround(value);
      if (kept === Infinity || kept === -Infinity) return false;
      values[at + place] = kept;
      count += 1;
    }
    return count === this.names.length;
  }

  #explain(rows: readonly unknown[], path: (row: number) => string): ReadRows {
    const problems: FieldProblem[] = [];
    for (let row = 0; row < rows.length && problems.length < MAX_PROBLEMS; row += 1) {
      problems.push(...this.#problemsOf(rows[row], path(row)));
    }
    return { problems: problems.slice(0, MAX_PROBLEMS) };
  }

  #problemsOf(row: unknown, path: string): FieldProblem[] {
    if (row === null || typeof row !== 'object' || Array.isArray(row)) {
      return [{ field: path, message: 'must be an object with a number or null for each feature', value: row }];
    }
    const known = row as Record<string, unknown>;
    const wrong = Object.entries(known).flatMap(([name, value]) =>
      problemOf(`${path}.${name}`, this.#places.has(name), value),
    );
    const missing = this.names.filter((name) => !Object.hasOwn(known, name));
    return [...wrong, ...missing.map((name) => ({ field: `${path}.${name}`, message: 'is missing' }))];
  }
}

function problemOf(field: string, isKnown: boolean, value: unknown): FieldProblem[] {
  if (!isKnown) return [{ field, message: 'is not a feature of the model' }];
  if (value === null) return [];
  if (typeof value !== 'number') return [{ field, message: 'must be a number, or null where it is not known', value }];
  if (Number.isFinite(Math.fround(value))) return [];
  return [{ field, message: 'must fit single precision (up to 3.4e38)', value }];
}
