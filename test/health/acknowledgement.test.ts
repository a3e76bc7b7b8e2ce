import { describe, expect, it } from 'vitest';
import { holds } from '../../src/health/acknowledgement.ts';
import { HEALTH_STATES, type HealthState } from '../../src/health/link-state.ts';

/** State it was acknowledged in, and the states in which it still holds. */
const TABLE: Readonly<Record<HealthState, readonly HealthState[]>> = {
  healthy: ['stale'],
  degraded: ['degraded', 'stale'],
  unhealthy: ['degraded', 'unhealthy', 'stale'],
  down: ['degraded', 'unhealthy', 'down', 'stale'],
  stale: ['stale'],
};

describe('an acknowledgement', () => {
  it.each(HEALTH_STATES)('of a link that is %s holds while it is no worse, not well, and through silence', (state) => {
    expect(HEALTH_STATES.filter((now) => holds({ state }, now))).toEqual(TABLE[state]);
  });
});
