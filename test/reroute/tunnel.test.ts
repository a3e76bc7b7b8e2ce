import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/core/ids.ts';
import { isSamePaths, type PathShare } from '../../src/reroute/tunnel.ts';

/** Few shares and few arcs, so that equal ones are common. */
const paths = fc.array(
  fc.record({
    share: fc.constantFrom(0.25, 0.5, 1),
    arcs: fc.array(fc.constantFrom('x:az', 'x:za'), { maxLength: 2 }),
  }),
  { maxLength: 2 },
);

describe('isSamePaths', () => {
  test('tells what the texts of the paths tell', () => {
    fc.assert(
      fc.property(paths, paths, (one, other) => {
        expect(isSamePaths(one, other)).toBe(canonicalJson(one) === canonicalJson(other));
        expect(isSamePaths(one, structuredClone(one))).toBe(true);
      }),
    );
  });

  test('no paths are the same as none, and other than some', () => {
    const some: PathShare[] = [{ share: 1, arcs: ['x:az'] }];
    expect(isSamePaths(undefined, undefined)).toBe(true);
    expect(isSamePaths(undefined, some)).toBe(false);
    expect(isSamePaths(some, undefined)).toBe(false);
    expect(isSamePaths([], undefined)).toBe(false);
  });
});
