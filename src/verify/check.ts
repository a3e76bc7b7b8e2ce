/** What `verify` looks at, in this order. */
export const CHECKS = [
  'format',
  'ids',
  'before',
  'moves',
  'metrics',
  'movable',
  'paths',
  'after',
  'improvement',
  'lost',
  'stayed',
  'mlu-bound',
  'overload-bound',
  'order',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
  /** What holds, or what does not, in words. */
  readonly detail: string;
}

export interface Verdict {
  /** True when every check holds. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

const SHOWN = 5;

/** Gathers what is wrong, and shows the first few. */
export class Problems {
  readonly #shown: string[] = [];
  #count = 0;

  get none(): boolean {
    return this.#count === 0;
  }

  add(problem: string): void {
    this.#count += 1;
    if (this.#shown.length < SHOWN) this.#shown.push(problem);
  }

  /** Adds the problem unless the claim holds. */
  unless(claim: boolean, problem: () => string): void {
    if (!claim) this.add(problem());
  }

  check(name: CheckName, whenNone: string): Check {
    if (this.none) return { name, ok: true, detail: whenNone };
    const more = this.#count > SHOWN ? `; and ${this.#count - SHOWN} more` : '';
    return { name, ok: false, detail: `${this.#shown.join('; ')}${more}` };
  }
}

/** Stated figures must be true within this. */
const FIGURES = 1e-6;
/** Sums in another order differ by less than this. */
export const ROUNDING = 1e-9;

/** Equal up to 1e-6 of the larger, or to `floor` where both are next to nothing. */
export function nearly(x: number, y: number, floor: number): boolean {
  return Math.abs(x - y) <= Math.max(FIGURES * Math.max(Math.abs(x), Math.abs(y)), floor);
}
