export interface Numbered<T> {
  readonly key: string;
  readonly at: number;
  readonly item: T;
}

/** What people list in a form has no name of its own but its place. */
export function numbered<T>(items: readonly T[]): Numbered<T>[] {
  return items.map((item, at) => ({ key: String(at + 1), at, item }));
}
