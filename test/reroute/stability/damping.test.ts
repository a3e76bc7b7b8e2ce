import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dampingAt, FLAP_PENALTY, REUSE_PENALTY, SUPPRESS_PENALTY } from '../../../src/reroute/stability/damping.ts';

const HALF_LIFE_MS = 900_000;
const flapsAt = (...minutes: number[]) => minutes.map((at) => ({ atMs: at * 60_000, penalty: FLAP_PENALTY }));
const damped = (minutes: number, ...flaps: number[]) => dampingAt(flapsAt(...flaps), minutes * 60_000, HALF_LIFE_MS);

describe('damping', () => {
  it('forgives one change and suppresses after the third in quick succession', () => {
    expect(damped(0, 0)).toEqual({ penalty: 1000, isSuppressed: false });
    expect(damped(2, 0, 2).isSuppressed).toBe(false);
    expect(damped(4, 0, 2, 4).isSuppressed).toBe(true);
  });

  it('trusts again only below the reuse threshold', () => {
    // 2000 + decays to 750 in a bit more than 1.4 half-lives.
    const { penalty } = damped(4, 0, 2, 4);
    const minutes = 4 + 15 * Math.log2(penalty / REUSE_PENALTY);
    expect(damped(minutes - 0.1, 0, 2, 4).isSuppressed).toBe(true);
    expect(damped(minutes + 0.1, 0, 2, 4).isSuppressed).toBe(false);
  });

  it('knows nothing of the future, whatever the order of the charges', () => {
    expect(damped(1, 0, 5, 6, 7)).toEqual(damped(1, 0));
    expect(dampingAt(flapsAt(4, 0, 2), 300_000, HALF_LIFE_MS)).toEqual(damped(5, 0, 2, 4));
  });

  it('is the sum of decayed charges as long as the ceiling is far, and ends within four half-lives', () => {
    const times = fc.array(fc.integer({ min: 0, max: 3_600_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(times, (all) => {
        const charges = all.map((atMs) => ({ atMs, penalty: FLAP_PENALTY }));
        const nowMs = Math.max(...all);
        const sum = all.reduce((total, atMs) => total + FLAP_PENALTY * 0.5 ** ((nowMs - atMs) / HALF_LIFE_MS), 0);
        const { penalty, isSuppressed } = dampingAt(charges, nowMs, HALF_LIFE_MS);
        expect(penalty).toBeCloseTo(sum, 6);
        if (sum >= SUPPRESS_PENALTY) expect(isSuppressed).toBe(true);
        expect(dampingAt(charges, nowMs + 4 * HALF_LIFE_MS + 1, HALF_LIFE_MS).isSuppressed).toBe(false);
      }),
    );
    const storm = Array.from({ length: 500 }, (_, atMs) => ({ atMs, penalty: FLAP_PENALTY }));
    expect(dampingAt(storm, 500, HALF_LIFE_MS).isSuppressed).toBe(true);
    expect(dampingAt(storm, 500 + 4 * HALF_LIFE_MS, HALF_LIFE_MS).isSuppressed).toBe(false);
  });
});
