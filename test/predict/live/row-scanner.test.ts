import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NamedRows } from '../../../src/predict/live/named-rows.ts';
import { RowScanner, type ScannedRows } from '../../../src/predict/live/row-scanner.ts';
import { scanNumber } from '../../../src/predict/live/scan-number.ts';

const NAMES = ['loss, 1 min', 'way "up"', 'Länge', 'a', 'b'];
const octets = (text: string) => new TextEncoder().encode(text);
/** The bits of single-precision figures: -0 and 0 differ, one NaN is like another. */
const bits = (values: Float32Array) => [...new Uint32Array(Float32Array.from(values).buffer)];

/** What the slow way makes of the text; null where it refuses it. */
function slowly(text: string, field: string): ScannedRows | null {
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const { [field]: _rows, ...rest } = body;
    if (!Object.hasOwn(body, field)) return null;
    const given = field === 'rows' ? body.rows : [body.features];
    if (!Array.isArray(given) || given.length === 0) return null;
    const read = new NamedRows(NAMES).read(given, () => field);
    return 'values' in read ? { values: read.values, rowCount: given.length, rest } : null;
  } catch {
    return null;
  }
}

function expectSame(found: ScannedRows | null, expected: ScannedRows | null): void {
  expect(found?.rowCount).toBe(expected?.rowCount);
  expect(found?.rest).toEqual(expected?.rest);
  expect(bits(found?.values ?? new Float32Array())).toEqual(bits(expected?.values ?? new Float32Array()));
}

const figure = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -3e38, max: 3e38 }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 1e-45, 5e-324, 16_777_217, 0.1, 1e21),
);
const rowOf = (order: readonly string[]) =>
  fc
    .array(figure, { minLength: NAMES.length, maxLength: NAMES.length })
    .map((values) => Object.fromEntries(order.map((name, at) => [name, values[at] ?? null])));

describe('rows read from octets', () => {
  it('are what JSON.parse makes of them, in any order that was learnt, with or without white space', () => {
    const orders = fc.shuffledSubarray(NAMES, { minLength: NAMES.length });
    const cases = orders.chain((order) =>
      fc.tuple(
        fc.array(rowOf(order), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.constantFrom(
          {},
          { explain: true },
          { atMs: 1_795_000_000_123.5, explain: false },
          { 'at "ü"': ['}', null] },
        ),
      ),
    );
    let known = 0;
    let all = 0;
    fc.assert(
      fc.property(cases, ([rows, space, rest]) => {
        const scanner = new RowScanner(NAMES);
        scanner.learn(rows[0]);
        for (const field of ['rows', 'features'] as const) {
          const body = { [field]: field === 'rows' ? rows : rows[0], ...rest };
          const text = JSON.stringify(body, null, space);
          const found = field === 'rows' ? scanner.many(octets(text), field, 4) : scanner.one(octets(text), field);
          all += 1;
          if (found === null) continue;
          known += 1;
          expectSame(found, slowly(text, field));
        }
      }),
      { numRuns: 300 },
    );
    // Only the odd figure that cannot be rounded with certainty may be left to the slow way.
    expect(known / all).toBeGreaterThan(0.95);
  });

  it('are always read where the figures are of the usual kind', () => {
    const scanner = new RowScanner(NAMES);
    const usual = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.array(usual, { minLength: NAMES.length, maxLength: NAMES.length }), (values) => {
        const row = Object.fromEntries(NAMES.map((name, at) => [name, Math.fround(values[at] as number)]));
        const text = JSON.stringify({ features: row });
        expectSame(scanner.one(octets(text), 'features'), slowly(text, 'features'));
      }),
    );
  });

  it('are not read where anything at all is wrong: whatever is read is right', () => {
    const good = JSON.stringify({
      rows: [1, 2].map((by) => Object.fromEntries(NAMES.map((name, at) => [name, at / by]))),
      atMs: 5,
    });
    const scanner = new RowScanner(NAMES);
    expect(scanner.many(octets(good), 'rows', 1_000)?.rowCount).toBe(2);
    const spoilt = fc.tuple(
      fc.nat(good.length),
      fc.nat(3),
      fc.constantFrom('', ' ', ',', '0', '-', '.', 'e', '"', '}', ']'),
    );
    fc.assert(
      fc.property(spoilt, ([at, cut, put]) => {
        const text = good.slice(0, at) + put + good.slice(at + cut);
        const found = scanner.many(octets(text), 'rows', 1_000);
        if (found !== null) expectSame(found, slowly(text, 'rows'));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '01',
    '1.',
    '.5',
    '-',
    '+1',
    '1e',
    '1e+',
    'nul',
    'NaN',
    'Infinity',
    '1e999',
    '3.5e38',
    '"1"',
    'true',
    '[1]',
  ])('leave %s to those who name what is wrong', (text) => {
    const row = NAMES.map((name, at) => `${JSON.stringify(name)}:${at === 2 ? text : at}`).join();
    expect(new RowScanner(NAMES).one(octets(`{"features":{${row}}}`), 'features')).toBeNull();
  });

  it('are left to others where a field or a row is too many, or too few', () => {
    const row = Object.fromEntries(NAMES.map((name) => [name, 1]));
    const scanner = new RowScanner(NAMES);
    const many = (count: number) => octets(JSON.stringify({ rows: new Array(count).fill(row) }));
    expect(scanner.many(many(3), 'rows', 3)?.rowCount).toBe(3);
    expect(scanner.many(many(4), 'rows', 3)).toBeNull();
    expect(scanner.many(many(0), 'rows', 3)).toBeNull();
    const { a: _a, ...short } = row;
    for (const wrong of [short, { ...row, more: 1 }]) {
      scanner.learn(wrong);
      expect(scanner.one(octets(JSON.stringify({ features: wrong })), 'features')).toBeNull();
    }
    const text = JSON.stringify({ features: row });
    expect(scanner.one(octets(text), 'features')?.rest).toEqual({});
    const open = text.slice(0, -1);
    for (const wrong of [`${text}x`, `${open},}`, `${open},1}`, `${open},"atMs":1}x`, `${open},"features":{}}`, open]) {
      expect(scanner.one(octets(wrong), 'features')).toBeNull();
    }
  });
});

describe('a number read from octets', () => {
  it('is the nearest in single precision, however many digits it has', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 22 });
    const numbers = fc.tuple(fc.constantFrom('', '-'), digits, digits, fc.integer({ min: -50, max: 50 }));
    let known = 0;
    fc.assert(
      fc.property(numbers, ([sign, whole, fraction, power]) => {
        const text = `${sign}${whole.replace(/^0+(?=\d)/, '')}.${fraction}e${power}`;
        const into = new Float32Array(1);
        if (scanNumber(octets(`${text},`), 0, into, 0) < 0) return;
        known += 1;
        expect(bits(into)).toEqual(bits(Float32Array.of(JSON.parse(text) as number)));
      }),
      { numRuns: 3_000 },
    );
    expect(known).toBeGreaterThan(300);
  });
});
