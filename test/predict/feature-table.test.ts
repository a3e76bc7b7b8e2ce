import { describe, expect, it } from 'vitest';
import { columnsOf, rowsOf } from '../../src/predict/feature-table.ts';

const table = { names: ['a', 'b', 'c'], rowCount: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6) };

describe('a table of features', () => {
  it('gives columns by name, in the order asked for, and NaN for what it does not have', () => {
    const { names, rowCount, values } = columnsOf(table, ['c', 'nowhere', 'a']);
    expect([names, rowCount]).toEqual([['c', 'nowhere', 'a'], 2]);
    expect([...values]).toEqual([3, Number.NaN, 1, 6, Number.NaN, 4]);
  });

  it('gives rows by number, in the order asked for', () => {
    expect([...rowsOf(table, [1, 0, 1]).values]).toEqual([4, 5, 6, 1, 2, 3, 4, 5, 6]);
  });
});
