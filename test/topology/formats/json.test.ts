import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { parseJson } from '../../../topology/formats/json.ts';

const read = (text: string): unknown => parseJson(text, 'INVALID_NETWORK');

describe('reading JSON', () => {
  it.each([
    ['', 1, 1],
    ['{"a": 1,}', 1, 9],
    ['{"a" 1}', 1, 6],
    ['[1, 2', 1, 6],
    ['[1 2]', 1, 4],
    ['{"a": tru}', 1, 7],
    ['[1]]', 1, 4],
    ['{\n"a": [\n  "x\ny"]}', 3, 3],
    ['{"a": 01}', 1, 8],
    ['{"a": NaN}', 1, 7],
    ["{'a': 1}", 1, 2],
    ['[}', 1, 2],
  ])('%j is broken at line %i, column %i', (text, line, column) => {
    expect(() => read(text)).toThrow(`is not valid JSON at line ${line}, column ${column}`);
  });

  it('gives what JSON.parse gives, or a DetourError', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (json, position, noise) => {
        expect(read(json)).toEqual(JSON.parse(json));
        const at = position % (json.length + 1);
        const damaged = json.slice(0, at) + noise + json.slice(at + noise.length);
        try {
          read(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(DetourError);
        }
      }),
    );
  });

  it('survives depth and length', () => {
    expect(() => read('['.repeat(1_000_000))).toThrow('line 1, column 1000001');
    expect(() => read(`{"a": "${'x'.repeat(20_000_000)}`)).toThrow('line 1, column 7');
  });
});
