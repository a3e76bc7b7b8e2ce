import { describe, expect, it } from 'vitest';
import { planReroutes } from '../../src/reroute/planner.ts';
import type { Move, Proposal } from '../../src/reroute/proposal.ts';
import { AT_MS, corrupted, demand, inputOf, sketch } from './fixtures.ts';

const OWN = 'r-own';
const OTHER = 'r-other';
const way = (arc: string) => [{ share: 1, arcs: [arc] }];

/** Three links between two nodes, of which the IGP uses l0 alone. */
const network = sketch(
  2,
  [10, 20, 30].map((metric) => ({ a: 0, z: 1, metric: { az: metric, za: metric } })),
);

function moveTo(id: string, arc: string): Move {
  return {
    ...{ demand: id, source: 'n0', target: 'n1', bps: 10, from: way('l0:az'), to: way(arc) },
    ...{ latencyMs: { before: 1, after: 1 }, worstHeadroom: { arc, bps: 1, utilisation: 0.1 }, runnersUp: [] },
  };
}

/** A proposal that is in the network. */
function verified(id: string, kind: Proposal['cause']['kind'], link: string, moves: readonly Move[]): Proposal {
  return {
    ...{ id, revision: 1, status: 'verified', kind: 'reroute', links: [link], moves: [...moves], cuts: [] },
    ...{ cause: { kind, links: [link], epochMs: AT_MS - 60_000 }, expectedSavingBps: 1, planId: 'p' },
    ...{ why: { summary: '', parts: [], stayed: [] }, createdAtMs: AT_MS - 60_000, updatedAtMs: AT_MS - 5_000 },
    ...{ appliedAtMs: AT_MS - 50_000, closedAtMs: null, closedReason: null },
  };
}

describe('a proposal whose demand another one has moved since', () => {
  it('does not ask for it back when it is revised', () => {
    const tunnel = (id: string, arc: string, proposalId: string) => ({
      ...{ demand: id, source: 'n0', target: 'n1', paths: way(arc), proposalId },
    });
    const input = inputOf(
      network,
      [demand('kept', 0, 1, 10), demand('taken', 0, 1, 10), demand('new', 0, 1, 10)],
      [corrupted('l0')],
      {
        tunnels: [tunnel('kept', 'l1:az', OWN), tunnel('taken', 'l2:az', OTHER)],
        open: [
          verified(OWN, 'unhealthy', 'l0', [moveTo('kept', 'l1:az'), moveTo('taken', 'l1:az')]),
          verified(OTHER, 'overload', 'l1', [moveTo('taken', 'l2:az')]),
        ],
      },
    );
    const { changed } = planReroutes(network, input, 'request');
    const revised = changed.find(({ id }) => id === OWN);
    expect(revised).toMatchObject({ revision: 2, status: 'proposed' });
    expect(revised?.moves.map((move) => move.demand).sort()).toEqual(['kept', 'new']);
  });
});
