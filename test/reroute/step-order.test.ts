import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Board } from '../../src/reroute/board.ts';
import { assessLinks } from '../../src/reroute/condition.ts';
import { planReroutes } from '../../src/reroute/planner.ts';
import type { Proposal } from '../../src/reroute/proposal.ts';
import { withSteps } from '../../src/reroute/step-order.ts';
import type { ArcPath } from '../../src/twin/arc-path.ts';
import { numberedPaths } from '../../src/twin/arc-path.ts';
import { currentPaths, type Twin } from '../../src/twin/twin.ts';
import { demand, inputOf, LIMITS, sketch } from './fixtures.ts';
import { scene, twinOf } from './scenes.ts';

type Loads = Map<number, number>;

function loadsOf(paths: readonly ArcPath[], bps: number): Loads {
  const loads: Loads = new Map();
  for (const { share, arcs } of paths) for (const arc of arcs) loads.set(arc, (loads.get(arc) ?? 0) + share * bps);
  return loads;
}

function changes(twin: Twin, proposal: Proposal): Map<string, { before: Loads; after: Loads }> {
  return new Map(
    proposal.moves.map(({ demand, to }) => {
      const index = twin.demandIndex.get(demand) as number;
      const bps = twin.demands[index]?.bps as number;
      const after = numberedPaths(twin.graph, to) as ArcPath[];
      return [demand, { before: loadsOf(currentPaths(twin, index), bps), after: loadsOf(after, bps) }];
    }),
  );
}

/** The fullest that each arc gets on the way, from the definition: both ways of a step's demands at their larger. */
function peaksOf(twin: Twin, proposal: Proposal): { peak: Float64Array; end: Float64Array } {
  const all = changes(twin, proposal);
  const load = twin.loadBps.slice();
  const peak = load.slice();
  const add = (to: Float64Array, arc: number, bps: number) => {
    to[arc] = (to[arc] as number) + bps;
  };
  for (const step of proposal.steps ?? []) {
    const during = load.slice();
    for (const { before, after } of step.map((demand) => all.get(demand) as { before: Loads; after: Loads })) {
      for (const [arc, bps] of after) add(during, arc, Math.max(0, bps - (before.get(arc) ?? 0)));
      for (const [arc, bps] of after) add(load, arc, bps);
      for (const [arc, bps] of before) add(load, arc, -bps);
    }
    during.forEach((bps, arc) => {
      peak[arc] = Math.max(peak[arc] as number, bps);
    });
  }
  return { peak, end: load };
}

describe('the steps of a proposal', () => {
  it('name every move once and never fill an arc above its limit, its start and its end', () => {
    fc.assert(
      fc.property(scene, ({ network, input }) => {
        const twin = twinOf(network, input);
        for (const proposal of planReroutes(network, input, 'request').changed) {
          if (proposal.kind !== 'reroute' || proposal.closedAtMs !== null) continue;
          const named = [...(proposal.steps ?? []).flat(), ...(proposal.orderDeadlock?.demands ?? [])];
          expect(named.sort()).toEqual(proposal.moves.map(({ demand }) => demand).sort());
          const { peak, end } = peaksOf(twin, proposal);
          peak.forEach((bps, arc) => {
            const limitBps = LIMITS.utilisationLimit * (twin.graph.capacityBps[arc] as number);
            const allowed = Math.max(limitBps, twin.loadBps[arc] as number, end[arc] as number);
            expect(bps).toBeLessThanOrEqual(allowed * (1 + 1e-9) + 1e-6);
          });
        }
      }),
      { numRuns: 600 },
    );
  });

  it('free the room that a later step needs first', () => {
    const network = sketch(2, [
      { a: 0, z: 1, capacityBps: 100 },
      { a: 0, z: 1, capacityBps: 100 },
      { a: 0, z: 1, capacityBps: 100 },
    ]);
    const tunnel = (id: string, link: string) => ({
      demand: id,
      source: 'n0',
      target: 'n1',
      paths: [{ share: 1, arcs: [`${link}:az`] }],
      proposalId: 'r-1',
    });
    const demands = [demand('d1', 0, 1, 60), demand('d2', 0, 1, 60)];
    const input = inputOf(network, demands, [], { tunnels: [tunnel('d1', 'l0'), tunnel('d2', 'l1')] });
    const twin = twinOf(network, input);
    const problem = { board: new Board(twin), condition: assessLinks(network, twin, 0.8), limits: LIMITS };
    const move = (id: string, from: string, to: string) => ({
      ...tunnel(id, from),
      bps: 60,
      from: tunnel(id, from).paths,
      to: tunnel(id, to).paths,
    });
    const proposal = { moves: [move('d1', 'l0', 'l1'), move('d2', 'l1', 'l2')] } as unknown as Proposal;
    expect(withSteps(problem, proposal)).toMatchObject({ steps: [['d2'], ['d1']], orderDeadlock: null });
    const swap = { moves: [move('d1', 'l0', 'l1'), move('d2', 'l1', 'l0')] } as unknown as Proposal;
    expect(withSteps(problem, swap).orderDeadlock?.demands.sort()).toEqual(['d1', 'd2']);
  });
});
