import { describe, expect, it } from 'vitest';
import type { Status } from '../../src/api/status.ts';
import { eventLines, liveLine } from '../../src/cli/live-line.ts';
import type { Event } from '../../src/store/events.ts';

const status: Status = {
  atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  network: 'n',
  version: '1',
  simulated: true,
  mode: 'auto',
  roles: ['api'],
  changesNetwork: true,
  killSwitch: null,
  links: { healthy: 150, degraded: 4, unhealthy: 3, down: 2, stale: 1 },
  lostBps: 9.2e9,
  lostAgeMs: 900,
  proposals: { proposed: 1, applying: 0, applied: 2, noSafeAlternative: 1 },
  savedBits: 3.2e12,
  lastPlan: { id: 'p', ageMs: 38_000, elapsedMs: 50, refused: null },
  samples: { applied: 1, refused: 0, backlog: 0 },
};

const event = (type: Event['type'], severity: Event['severity'], message: string): Event => ({
  id: '1-0',
  atMs: status.atMs,
  type,
  severity,
  cleared: false,
  linkId: null,
  deviceId: null,
  proposalId: null,
  message,
  details: {},
});

describe('liveLine', () => {
  it('says every state, open proposals, loss, saving and the age of the plan', () => {
    expect(liveLine(status)).toMatch(
      /^\d\d:\d\d:\d\d {2}links 150 healthy, 4 degraded, 3 unhealthy, 2 down, 1 stale {2}proposals 4 \(2 applied, 1 waiting, 1 without a safe way\) {2}losing 9\.2 Gb\/s {2}saved 3\.2 Tb {2}plan 38 s ago$/,
    );
  });

  it('says that automatic changes are stopped, and by whom', () => {
    const killSwitch = { atMs: 1, by: 'anna', reason: 'storm' };
    const line = liveLine({ ...status, killSwitch, proposals: { ...status.proposals, applying: 1 } });
    expect(line).toMatch(/proposals 5 \(1 changing, 2 applied.*AUTOMATIC CHANGES STOPPED by anna: storm$/);
  });

  it('says that there is no plan yet, and why one was refused', () => {
    expect(liveLine({ ...status, lastPlan: null })).toContain('no plan yet');
    const refused = { code: 'VIEW_LOST', reason: 'too many links are stale' };
    expect(liveLine({ ...status, lastPlan: { id: 'p', ageMs: 5, elapsedMs: 1, refused } })).toContain(
      'refused: too many links are stale',
    );
  });
});

describe('eventLines', () => {
  it('tells proposals and what is grave, not the small print', () => {
    const lines = eventLines([
      event('link-state', 'major', 'l1 is down'),
      event('link-state', 'minor', 'l2 is degraded'),
      event('proposal-applied', 'info', 'l1 moved'),
    ]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('l1 is down');
    expect(lines[1]).toContain('applied: l1 moved');
  });

  it('is bounded, and says what it left out', () => {
    const lines = eventLines(
      Array.from({ length: 30 }, (_, index) => event('link-state', 'major', `l${index} is down`)),
    );
    expect(lines).toHaveLength(9);
    expect(lines[0]).toContain('22 more events');
    expect(lines[8]).toContain('l29 is down');
  });
});
