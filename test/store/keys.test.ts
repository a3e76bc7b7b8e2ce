import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkKeys, truthKey } from '../../src/store/keys.ts';
import { compareStreamIds, isStreamId, nextStreamId } from '../../src/store/stream-id.ts';

/** The part of a key that decides about its slot in a cluster (Redis cluster specification, hash tags). */
const hashTag = (key: string) => /\{([^}]+)\}/.exec(key)?.[1];

describe('keys', () => {
  it('put all keys of a network into one slot, and no two networks into one', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(name, name, (first, second) => {
        const keys = networkKeys(first);
        const tag = hashTag(keys.links);
        for (const key of [keys.bullPrefix, keys.samples(3), keys.lease('}{:x'), keys.plan('p'), truthKey(first)]) {
          expect(hashTag(key)).toBe(tag);
        }
        expect(hashTag(networkKeys(second).links) === tag).toBe(first === second);
      }),
    );
  });

  it('are all different', () => {
    const keys = networkKeys('n');
    const names = Object.values(keys).map((key: unknown) => (typeof key === 'function' ? String(key('x')) : key));
    expect(new Set(names).size).toBe(names.length);
  });

  it('refuse names they cannot be made of', () => {
    for (const name of ['', 'x'.repeat(129), 'a\ud800']) expect(() => networkKeys(name)).toThrow(/networkName/);
  });
});

describe('stream ids', () => {
  const id = fc.tuple(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 64n - 1n)).map(([ms, seq]) => `${ms}-${seq}`);

  it('are ordered as pairs of numbers', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        const [[aMs = 0n, aSeq = 0n], [bMs = 0n, bSeq = 0n]] = [a.split('-').map(BigInt), b.split('-').map(BigInt)];
        const value = (ms: bigint, seq: bigint) => ms * 2n ** 64n + seq;
        const difference = value(aMs, aSeq) - value(bMs, bSeq);
        expect(Math.sign(compareStreamIds(a, b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
    );
  });

  it('have a next one with nothing between', () => {
    expect(nextStreamId('5-1')).toBe('5-2');
    expect(nextStreamId('5')).toBe('5-1');
    expect(nextStreamId(`5-${2n ** 64n - 1n}`)).toBe('6-0');
  });

  it('are told from other texts', () => {
    for (const good of ['0', '5', '5-0', '18446744073709551615-18446744073709551615'])
      expect(isStreamId(good)).toBe(true);
    for (const bad of ['', '-', '5-', 'x', '18446744073709551616', '1 ', '1\n', '+'])
      expect(isStreamId(bad)).toBe(false);
  });
});
