import { describe, expect, test } from 'vitest';
import { newLinkMemory } from '../../src/health/memory.ts';
import { linkStateOf, observe } from '../../src/health/scorer.ts';
import { DEFAULT_THRESHOLDS } from '../../src/health/thresholds.ts';
import { LINK, START_MS, sampleAt } from './samples.ts';

/** Seconds until the link is unhealthy when from second 30 on only hellos (1 a second) arrive at z; null if never. */
function secondsToFind(packetsPerSecond: number, shiftMs: number): number | null {
  const memory = newLinkMemory(LINK.id);
  const hole = 30;
  for (let second = 1; second <= 60; second += 1) {
    const arrived = second <= hole ? packetsPerSecond + 1 : 1;
    const a = sampleAt(second, 'a', { outPackets: packetsPerSecond + 1, inPackets: packetsPerSecond + 1 });
    const atMs = START_MS + second * 1000 + shiftMs;
    const z = sampleAt(second, 'z', {
      ...{ atMs, receivedAtMs: atMs, outPackets: packetsPerSecond + 1 },
      // By z's own clock the hole begins within this second.
      inPackets: second === hole ? Math.round((1 - shiftMs / 1000) * packetsPerSecond) + 1 : arrived,
    });
    observe(memory, a, LINK, DEFAULT_THRESHOLDS);
    observe(memory, z, LINK, DEFAULT_THRESHOLDS);
    const { state } = linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, atMs);
    if (second < hole) expect(state).toBe('healthy');
    if (state === 'unhealthy') return second - hole;
  }
  return null;
}

describe('a silent black hole: hellos pass, nothing else does', () => {
  test.each([20, 60, 200, 1_000, 100_000])('is found within ten seconds at %d packets a second', (packetsPerSecond) => {
    for (const shiftMs of [0, 137, 500, 900]) {
      const found = secondsToFind(packetsPerSecond, shiftMs);
      expect(found).not.toBeNull();
      expect(found).toBeLessThanOrEqual(10);
    }
  });

  test('is found within four seconds where there is much traffic', () => {
    for (const shiftMs of [0, 137, 500, 900]) expect(secondsToFind(10_000, shiftMs)).toBeLessThanOrEqual(4);
  });

  test('an idle link whose hellos arrive is not taken for one', () => {
    const memory = newLinkMemory(LINK.id);
    for (let second = 1; second <= 120; second += 1) {
      // Hellos that fall into one interval here and into another one there.
      const here = second % 2 === 0 ? 2 : 0;
      observe(memory, sampleAt(second, 'a', { outPackets: here, inPackets: 1 }), LINK, DEFAULT_THRESHOLDS);
      const atMs = START_MS + second * 1000 + 400;
      const far = { atMs, receivedAtMs: atMs, inPackets: 1, outPackets: 1 };
      observe(memory, sampleAt(second, 'z', far), LINK, DEFAULT_THRESHOLDS);
      expect(linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, atMs).state).toBe('healthy');
    }
  });
});
