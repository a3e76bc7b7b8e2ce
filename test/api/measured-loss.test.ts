import { describe, expect, it } from 'vitest';
import { measuredLoss } from '../../src/api/measured-loss.ts';
import type { LinkState } from '../../src/health/link-state.ts';
import { linkState, START_MS } from './harness.ts';

/** Loses 5 % of 1 Gb/s from A to B, and nothing the other way. */
const LOSSY = linkState('AB', 'unhealthy', 40);
const CLEAN = linkState('BC', 'healthy', 100);

const withoutRatio = (state: LinkState, parts: LinkState['parts']): LinkState => ({
  ...state,
  parts,
  arcs: { ...state.arcs, az: { ...state.arcs.az, lossRatio: null } },
});

describe('measuredLoss', () => {
  it('sums what is lost over all arcs', () => {
    expect(measuredLoss([LOSSY, CLEAN], START_MS + 500)).toEqual({ lostBps: 5e7, lostAgeMs: 500 });
    expect(measuredLoss([CLEAN], START_MS)).toEqual({ lostBps: 0, lostAgeMs: 0 });
  });

  it('keeps the last figures of links that are late, and says how old they are', () => {
    const later = { ...CLEAN, receivedAtMs: START_MS + 50_000 };
    expect(measuredLoss([LOSSY, later], START_MS + 50_000)).toEqual({ lostBps: 5e7, lostAgeMs: 50_000 });
  });

  it('knows nothing of links that were silent for long, and nothing where no link is known', () => {
    const fresh = { ...CLEAN, receivedAtMs: START_MS + 70_000 };
    expect(measuredLoss([LOSSY, fresh], START_MS + 70_000)).toEqual({ lostBps: 0, lostAgeMs: 0 });
    expect(measuredLoss([LOSSY], START_MS + 70_000)).toBeNull();
    expect(measuredLoss([], START_MS)).toBeNull();
  });

  it('counts figures of long intervals as long as their link is not stale', () => {
    const slow = {
      ...LOSSY,
      intervalMs: 300_000,
      ends: {
        a: { ...LOSSY.ends.a, receivedAtMs: START_MS },
        z: { ...LOSSY.ends.z, receivedAtMs: START_MS },
      },
    };
    expect(measuredLoss([slow], START_MS + 200_000)).toEqual({ lostBps: 5e7, lostAgeMs: 200_000 });
  });

  it('takes the ratio of the standing alarm where the present one is unknown', () => {
    const part = {
      part: 'loss',
      level: 'unhealthy',
      arc: 'AB:az',
      points: 60,
      value: 0.02,
      threshold: 0.01,
      sinceMs: START_MS,
      text: 'loss 2 % on AB:az',
    } as const;
    expect(measuredLoss([withoutRatio(LOSSY, [part])], START_MS)?.lostBps).toBe(2e7);
    expect(measuredLoss([withoutRatio(LOSSY, [])], START_MS)?.lostBps).toBe(0);
  });
});
