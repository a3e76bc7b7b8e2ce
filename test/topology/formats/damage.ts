import fc from 'fast-check';

/** The text with pieces cut out, replaced by noise, doubled or put elsewhere. */
export function damaged(text: string): fc.Arbitrary<string> {
  const noise = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(
      '(',
      ')',
      '<',
      '>',
      '&',
      '"',
      '\n',
      '-1',
      '1e999',
      'NaN',
      '0',
      '[]',
      '{}',
      'null',
      '\u0000',
      '\ud800',
    ),
  );
  const cut = fc.record({ at: fc.nat({ max: text.length }), length: fc.nat({ max: 30 }), noise });
  return fc
    .array(cut, { minLength: 1, maxLength: 5 })
    .map((cuts) =>
      cuts.reduce((all, { at, length, noise: put }) => all.slice(0, at) + put + all.slice(at + length), text),
    );
}
