import { describe, expect, it } from 'vitest';
import { planReroutes } from '../../src/reroute/planner.ts';
import { withSuperseded } from '../../src/reroute/superseded.ts';
import { corrupted, demand, inputOf, ringNetwork } from './fixtures.ts';

const network = ringNetwork();
const { changed } = planReroutes(network, inputOf(network, [demand('d', 0, 1, 40)], [corrupted('l0')]), 'request');
const [found] = changed;
if (!found) throw new Error('no proposal');
const newer = { ...found, id: 'r-newer', createdAtMs: found.createdAtMs + 1 };
const expired = { ...found, id: 'r-old', status: 'expired' as const, closedReason: 'cause gone: nothing was applied' };

describe('a proposal that is closed without having been applied', () => {
  it('is superseded where a newer one stands for the same links, or moves the same traffic', () => {
    const elsewhere = { ...newer, cause: { ...newer.cause, links: ['l4'] } };
    for (const other of [newer, elsewhere]) {
      expect(withSuperseded([expired], [other])).toMatchObject([
        { status: 'superseded', closedReason: 'superseded by r-newer: nothing was applied' },
      ]);
    }
  });

  it('is merely over where the other is older, about something else, or no reroute', () => {
    const other = { ...newer, cause: { ...newer.cause, links: ['l4'] }, moves: [] };
    const older = { ...newer, createdAtMs: found.createdAtMs - 1 };
    for (const one of [other, older, { ...newer, kind: 'no-safe-alternative' as const }])
      expect(withSuperseded([expired], [one])).toEqual([expired]);
    const back = { ...expired, status: 'rolled-back' as const };
    expect(withSuperseded([back], [newer])).toEqual([back]);
  });
});
