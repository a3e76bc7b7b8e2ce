import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newLinkMemory } from '../../src/health/memory.ts';
import { linkStateOf, observe } from '../../src/health/scorer.ts';
import { DEFAULT_THRESHOLDS } from '../../src/health/thresholds.ts';
import { trustOf } from '../../src/health/trust.ts';
import { LINK, START_MS, sampleAt } from './samples.ts';

const MOST = 0.01;
const proof = (packets: number, missing: number) => ({ lossRatio: null, proof: { packets, missing, forMs: 1000 } });

/** A link that only hellos cross, one a second and not in step with the polls, of which every `lost`th is lost. */
function idle(seconds: number, lost: number | null) {
  const memory = newLinkMemory(LINK.id);
  for (let second = 1; second <= seconds; second += 1) {
    const here = second % 2 === 0 ? 2 : 0;
    const arrives = lost !== null && second % lost === 0 ? 0 : 1;
    const atMs = START_MS + second * 1000 + 400;
    observe(memory, sampleAt(second, 'a', { outPackets: here, inPackets: 1 }), LINK, DEFAULT_THRESHOLDS);
    const far = { atMs, receivedAtMs: atMs, inPackets: arrives, outPackets: 1 };
    observe(memory, sampleAt(second, 'z', far), LINK, DEFAULT_THRESHOLDS);
  }
  return linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, START_MS + seconds * 1000).arcs.az;
}

describe('trust in a link that was emptied', () => {
  test('rests on its hellos, once there were enough of them', () => {
    expect(idle(100, null).lossRatio).toBeNull();
    expect(trustOf('x', idle(100, null), MOST)).toMatchObject({ verdict: 'not-yet' });
    expect(trustOf('x', idle(330, null), MOST)).toMatchObject({ verdict: 'clean' });
    expect(trustOf('x', idle(1_000, 20), MOST)).toMatchObject({ verdict: 'lossy' });
  });

  test('does not count against a link what the ends differed by while it was full', () => {
    const memory = newLinkMemory(LINK.id);
    for (let second = 1; second <= 60; second += 1) {
      const packets = second <= 5 ? 1000 : 1;
      // The far end is read a little later, and what it had not counted by then went by with the traffic.
      const arrived = second === 5 ? packets - 40 : packets;
      observe(memory, sampleAt(second, 'a', { outPackets: packets }), LINK, DEFAULT_THRESHOLDS);
      observe(memory, sampleAt(second, 'z', { inPackets: arrived }), LINK, DEFAULT_THRESHOLDS);
    }
    const { az } = linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, START_MS + 60_000).arcs;
    expect(az.proof).toMatchObject({ missing: 0 });
    expect(trustOf('x', az, MOST).verdict).toBe('not-yet');
  });

  test('is 3 of n packets, 0 of which were lost (95 %)', () => {
    expect(trustOf('x', proof(299, 0), MOST).verdict).toBe('not-yet');
    expect(trustOf('x', proof(300, 0), MOST)).toEqual({
      verdict: 'clean',
      reason: '0 of 300 packets lost on x in 1 s: less than 1.0 %',
    });
    expect(trustOf('x', proof(300, 3), MOST)).toEqual({
      verdict: 'not-yet',
      reason: '1 of 300 packets lost on x in 1 s, 400 have to cross it before it is trusted',
    });
    expect(trustOf('x', { lossRatio: null }, MOST).verdict).toBe('unknown');
    expect(trustOf('x', { lossRatio: 0.002 }, MOST).verdict).toBe('clean');
    expect(trustOf('x', { lossRatio: 0.02 }, MOST).verdict).toBe('lossy');
  });

  test('is never more with more packets missing', () => {
    const order = ['lossy', 'not-yet', 'clean'];
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(50), fc.nat(50), (packets, missing, more) => {
        const [some, worse] = [
          trustOf('x', proof(packets, missing), MOST),
          trustOf('x', proof(packets, missing + more), MOST),
        ];
        expect(order.indexOf(worse.verdict)).toBeLessThanOrEqual(order.indexOf(some.verdict));
      }),
    );
  });
});
