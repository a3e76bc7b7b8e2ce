import { describe, expect, it } from 'vitest';
import { adminStatusOf, operStatusOf, speedBpsOf } from '../../../src/telemetry/snmp/mib.ts';

const LIMIT = 4_294_967_295;

describe('the speed of an interface', () => {
  it.each([
    ['ifHighSpeed', 100_000, LIMIT, 100e9],
    ['ifSpeed where ifHighSpeed is 0', 0, 10e6, 10e6],
    ['ifSpeed where there is no ifHighSpeed', null, 10e6, 10e6],
    ['unknown where both are 0', 0, 0, null],
    ['unknown where ifSpeed is at its limit', 0, LIMIT, null],
    ['unknown where both are at their limit', LIMIT, LIMIT, null],
    ['unknown where neither is there', null, null, null],
  ])('is %s', (_what, high, low, bps) => {
    expect(speedBpsOf(high, low)).toBe(bps);
  });
});

describe('a status', () => {
  it('is null where its number means nothing', () => {
    expect([1, 2, 3, 0, 4, null].map(adminStatusOf)).toEqual(['up', 'down', 'testing', null, null, null]);
    expect([1, 7, 8, null].map(operStatusOf)).toEqual(['up', 'lowerLayerDown', null, null]);
  });
});
