/** Rows of features, row by row. What is unknown is NaN, never 0. */
export interface FeatureTable {
  readonly names: readonly string[];
  readonly rowCount: number;
  /** `rowCount * names.length` values; the value of feature `f` in row `r` stands at `r * names.length + f`. */
  readonly values: Float32Array;
}

/** The rows with these numbers, in this order. */
export function rowsOf(table: FeatureTable, rows: ArrayLike<number>): FeatureTable {
  const width = table.names.length;
  const values = new Float32Array(rows.length * width);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as number;
    values.set(table.values.subarray(row * width, (row + 1) * width), at * width);
  }
  return { names: table.names, rowCount: rows.length, values };
}

/** The columns of these names, in this order; NaN where the table has no such column. */
export function columnsOf({ names, values, rowCount }: FeatureTable, wanted: readonly string[]): FeatureTable {
  const places = wanted.map((name) => names.indexOf(name));
  const picked = new Float32Array(rowCount * wanted.length).fill(Number.NaN);
  places.forEach((place, column) => {
    if (place < 0) return;
    for (let row = 0; row < rowCount; row += 1) {
      picked[row * wanted.length + column] = values[row * names.length + place] as number;
    }
  });
  return { names: wanted, rowCount, values: picked };
}
