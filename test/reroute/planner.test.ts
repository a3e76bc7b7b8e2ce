import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tunnelsOf } from '../../src/reroute/apply.ts';
import { Board } from '../../src/reroute/board.ts';
import { assessLinks } from '../../src/reroute/condition.ts';
import { pathCost } from '../../src/reroute/cost.ts';
import type { PlanInput, PlanOutcome } from '../../src/reroute/plan.ts';
import { planIdsOf, planReroutes } from '../../src/reroute/planner.ts';
import type { Proposal, Tunnel } from '../../src/reroute/proposal.ts';
import { wayRound } from '../../src/reroute/way-round.ts';
import { addPaths, numberedPaths } from '../../src/twin/arc-path.ts';
import { buildTwin, currentPaths } from '../../src/twin/twin.ts';
import type { NetworkIndex } from '../../topology/model.ts';
import { simplePaths } from './brute-force.ts';
import { AT_MS, corrupted, demand, inputOf, LIMITS, part, ringNetwork, sketch, stateOf, thinned } from './fixtures.ts';
import { expectSound, scene } from './scenes.ts';

/** With the way round as solver, one demand after another; `optimal` has tests of its own. */
const plan = (network: NetworkIndex, input: PlanInput) =>
  planReroutes(network, input, 'request', planIdsOf(input), wayRound);
const only = (outcome: PlanOutcome): Proposal => {
  expect(outcome.changed).toHaveLength(1);
  return outcome.changed[0] as Proposal;
};
const twinOf = (network: NetworkIndex, input: PlanInput) =>
  buildTwin({ network: network.network, states: input.links, demands: input.demands.demands, tunnels: input.tunnels });

describe('an unhealthy link', () => {
  it('loses its traffic to the best way round, with reasons for the others', () => {
    const network = ringNetwork();
    const proposal = only(plan(network, inputOf(network, [demand('d', 0, 1, 40)], [corrupted('l0')])));
    expect(proposal).toMatchObject({ kind: 'reroute', status: 'proposed', revision: 1, links: ['l0'], cuts: [] });
    expect(proposal.expectedSavingBps).toBeCloseTo(2);
    const [move] = proposal.moves;
    expect(move?.from).toEqual([{ share: 1, arcs: ['l0:az'] }]);
    expect(move?.to).toEqual([{ share: 1, arcs: ['l3:za', 'l2:za', 'l1:za'] }]);
    expect(move?.latencyMs).toEqual({ before: 1, after: 3 });
    expect(move?.worstHeadroom).toMatchObject({ bps: 40, utilisation: 0.4 });
    const reasons = move?.runnersUp.map((one) => one.reason) ?? [];
    expect(reasons[0]).toBe('crosses unhealthy link l0');
    expect(reasons[1]).toMatch(/longer by 5\.0 ms/);
  });

  it('keeps the traffic of its good direction', () => {
    const network = ringNetwork();
    const demands = [demand('bad', 0, 1, 10), demand('good', 1, 0, 10)];
    const proposal = only(plan(network, inputOf(network, demands, [corrupted('l0', 'az')])));
    expect(proposal.moves.map((move) => move.demand)).toEqual(['bad']);
  });

  it('leaves the share that takes another equal path where it is', () => {
    const network = ringNetwork();
    const proposal = only(plan(network, inputOf(network, [demand('d', 0, 2, 40)], [corrupted('l0')])));
    const shares = proposal.moves[0]?.to.reduce((sum, path) => sum + path.share, 0);
    expect(shares).toBeCloseTo(1);
    expect(proposal.moves[0]?.to.some((path) => path.arcs.includes('l0:az'))).toBe(false);
  });

  it('splits over two ways when one does not take it all', () => {
    const network = ringNetwork();
    const proposal = only(
      plan(
        network,
        inputOf(network, [demand('d', 1, 0, 100)], [corrupted('l0', 'za')], {
          limits: { ...LIMITS, utilisationLimit: 1 },
        }),
      ),
    );
    expect(proposal.kind).toBe('reroute');
    const wide = sketch(2, [
      { a: 0, z: 1, capacityBps: 200 },
      { a: 0, z: 1, metric: { az: 20, za: 20 } },
      { a: 0, z: 1, metric: { az: 30, za: 30 } },
    ]);
    const split = only(plan(wide, inputOf(wide, [demand('d', 0, 1, 150)], [corrupted('l0')])));
    expect(split.moves[0]?.to.map((path) => path.share)).toEqual([0.5, 0.5]);
  });

  it('is not emptied when its loss is congestion', () => {
    const network = ringNetwork();
    const full = stateOf('l0', 'unhealthy', {
      parts: [part('loss', 'unhealthy', 'l0:az')],
      arcs: {
        az: { ...stateOf('l0').arcs.az, utilisation: 1, lossRatio: 0.05, wireLossRatio: 0, congestionLossRatio: 0.05 },
        za: stateOf('l0').arcs.za,
      },
    });
    const demands = [demand('big', 0, 1, 60), demand('small', 0, 1, 30)];
    const proposal = only(plan(network, inputOf(network, demands, [full])));
    expect(proposal.cause.kind).toBe('overload');
    expect(proposal.moves.map((move) => move.demand)).toEqual(['small']);
  });

  it('has no safe alternative when it is the only way, and the cut says so', () => {
    const network = sketch(3, [
      { a: 0, z: 1 },
      { a: 1, z: 2 },
    ]);
    const proposal = only(plan(network, inputOf(network, [demand('d', 0, 2, 10)], [corrupted('l0')])));
    expect(proposal).toMatchObject({ kind: 'no-safe-alternative', moves: [], expectedSavingBps: 0 });
    expect(proposal.cuts).toMatchObject([{ links: ['l0'], nodes: ['n0'], demands: ['d'], bps: 10 }]);
    expect(proposal.why.stayed).toMatchObject([{ demand: 'd', bps: 10 }]);
  });

  it('moves what fits and names what stays', () => {
    const network = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 20, za: 20 } },
    ]);
    const demands = [demand('d1', 0, 1, 60), demand('d2', 0, 1, 40)];
    const proposal = only(plan(network, inputOf(network, demands, [corrupted('l0')])));
    expect(proposal.kind).toBe('reroute');
    expect(proposal.why.stayed.map((one) => one.demand)).toEqual(['d2']);
    expect(proposal.cuts[0]?.links).toEqual(['l0', 'l1']);
  });

  it('prefers a way that shares no conduit with it', () => {
    const network = sketch(2, [
      { a: 0, z: 1, srlgs: ['s'] },
      { a: 0, z: 1, latencyMs: 2, srlgs: ['s'], metric: { az: 20, za: 20 } },
      { a: 0, z: 1, latencyMs: 9, metric: { az: 20, za: 20 } },
    ]);
    const proposal = only(plan(network, inputOf(network, [demand('d', 0, 1, 10)], [corrupted('l0')])));
    expect(proposal.moves[0]?.to[0]?.arcs).toEqual(['l2:az']);
    expect(proposal.moves[0]?.runnersUp.map((one) => one.reason).join()).toContain('conduit');
  });
});

describe('an aggregate that lost members', () => {
  const network = ringNetwork();
  const demands = [demand('big', 0, 1, 40), demand('small', 0, 1, 20)];

  it('is relieved where it is too full for what is left of it', () => {
    expect(plan(network, inputOf(network, demands)).changed).toEqual([]);
    const proposal = only(plan(network, inputOf(network, demands, [thinned('l0', 50, 1.2)])));
    expect(proposal).toMatchObject({ kind: 'reroute', cause: { kind: 'overload', links: ['l0'] } });
    expect(proposal.moves.map((move) => move.demand)).toEqual(['big']);
    expect(plan(network, inputOf(network, demands, [thinned('l0', 50, 1.2)])).plan.mlu).toMatchObject({ before: 1.2 });
  });

  it('is given no more than what is left of it has room for', () => {
    const overL2 = (leftBps: number) =>
      only(plan(network, inputOf(network, demands, [corrupted('l0'), thinned('l2', leftBps)])))
        .moves.filter(({ to }) => to.some(({ arcs }) => arcs.includes('l2:za')))
        .map(({ demand: id, worstHeadroom }) => ({ id, ...worstHeadroom }));
    expect(overL2(100).map(({ id }) => id)).toEqual(['big', 'small']);
    expect(overL2(30)).toMatchObject([{ id: 'small', arc: 'l2:za', bps: 4 }]);
  });
});

describe('other causes', () => {
  it('relieves an arc that a down link overloads, only as far as needed, and names the down link', () => {
    const network = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 99, za: 99 } },
    ]);
    const demands = Array.from({ length: 10 }, (_, index) => demand(`d${index}`, 0, 1, 10));
    const proposal = only(plan(network, inputOf(network, demands, [stateOf('l0', 'down')])));
    expect(proposal.cause).toMatchObject({ kind: 'overload', links: ['l1'] });
    expect(proposal.links).toEqual(['l1', 'l0']);
    expect(proposal.moves).toHaveLength(3);
    expect(proposal.why.summary).toContain('after l0 went down');
  });

  it('names the split even where no traffic is known to cross it', () => {
    const network = sketch(2, [{ a: 0, z: 1, id: 'wire' }]);
    const proposal = only(plan(network, inputOf(network, [], [stateOf('wire', 'down')])));
    expect(proposal).toMatchObject({ kind: 'no-safe-alternative', cause: { kind: 'down', links: ['wire'] } });
    expect(proposal.cuts).toMatchObject([{ links: ['wire'], nodes: ['n0'], bps: 0 }]);
  });

  it('names the links of a partition', () => {
    const network = sketch(3, [
      { a: 0, z: 1 },
      { a: 1, z: 2 },
    ]);
    const proposal = only(plan(network, inputOf(network, [demand('d', 0, 2, 10)], [stateOf('l1', 'down')])));
    expect(proposal).toMatchObject({ kind: 'no-safe-alternative', cause: { kind: 'down', links: ['l1'] } });
    expect(proposal.cuts).toMatchObject([{ links: ['l1'], bps: 10 }]);
  });

  it('refuses when the view is lost, and when the demands are old', () => {
    const network = ringNetwork();
    const states = ['l0', 'l1', 'l2'].map((id) => stateOf(id, 'stale'));
    const lost = plan(network, inputOf(network, [demand('d', 0, 1, 10)], [...states, corrupted('l3')]));
    expect(lost.plan.refused?.code).toBe('VIEW_LOST');
    expect(lost.changed).toEqual([]);
    const old = { source: 'measured' as const, atMs: AT_MS - 61_000, demands: [demand('d', 0, 1, 10)] };
    expect(plan(network, inputOf(network, [], [], { demands: old })).plan.refused?.code).toBe('DEMANDS_TOO_OLD');
  });

  it('sends nothing over a stale link and takes nothing off it', () => {
    const network = ringNetwork();
    const calm = plan(network, inputOf(network, [demand('d', 0, 1, 10)], [stateOf('l0', 'stale')]));
    expect(calm.changed).toEqual([]);
    const states = [corrupted('l0'), stateOf('l2', 'stale')];
    const proposal = only(plan(network, inputOf(network, [demand('d', 0, 1, 10)], states)));
    expect(proposal.moves[0]?.to[0]?.arcs).toEqual(['l4:az', 'l1:za']);
  });
});

describe('the life of a proposal', () => {
  const network = ringNetwork();
  const demands = [demand('d', 0, 1, 40)];
  const first = () => only(plan(network, inputOf(network, demands, [corrupted('l0')])));
  const applied = (proposal: Proposal): { open: Proposal[]; tunnels: Tunnel[] } => ({
    open: [{ ...proposal, status: 'applied', appliedAtMs: AT_MS }],
    tunnels: tunnelsOf(proposal),
  });

  it('is kept while it holds, proposed or applied, whatever the state did in between', () => {
    const later = { atMs: AT_MS + 120_000, demands: { source: 'file' as const, atMs: null, demands } };
    const again = corrupted('l0', 'az', { sinceMs: AT_MS + 60_000 });
    for (const life of [{ open: [first()] }, applied(first())]) {
      const outcome = plan(network, inputOf(network, demands, [again], { ...later, ...life }));
      expect(outcome.plan.kept).toEqual([first().id]);
      expect(outcome.changed).toEqual([]);
    }
  });

  it('is revised when its path goes bad', () => {
    const outcome = plan(
      network,
      inputOf(network, demands, [corrupted('l0'), stateOf('l3', 'down')], { open: [first()] }),
    );
    expect(only(outcome)).toMatchObject({ id: first().id, revision: 2, status: 'proposed' });
    expect(only(outcome).moves[0]?.to[0]?.arcs).toEqual(['l4:az', 'l1:za']);
  });

  it('ends when its cause is gone for long enough, not before', () => {
    const file = { source: 'file' as const, atMs: null, demands };
    const healed = (sinceMs: number) => [stateOf('l0', 'healthy', { sinceMs })];
    const at = { atMs: AT_MS + 40_000, demands: file };
    const early = plan(network, inputOf(network, demands, healed(AT_MS + 20_000), { ...at, ...applied(first()) }));
    expect(early.changed).toEqual([]);
    const back = only(plan(network, inputOf(network, demands, healed(AT_MS + 1000), { ...at, ...applied(first()) })));
    expect(back).toMatchObject({ status: 'rolled-back', closedReason: 'cause gone: traffic returned to the IGP' });
    const moot = only(plan(network, inputOf(network, demands, healed(AT_MS + 1000), { ...at, open: [first()] })));
    expect(moot.status).toBe('expired');
  });

  it('stays when the return would overload', () => {
    const heavy = [demand('d', 0, 1, 40), demand('other', 0, 1, 60)];
    const life = applied(first());
    const input = inputOf(network, heavy, [stateOf('l0', 'healthy', { sinceMs: AT_MS - 100_000 })], {
      ...life,
      atMs: AT_MS + 40_000,
    });
    expect(plan(network, input).plan.closed).toEqual([]);
  });

  it('is left alone after a person took it back, and gets a new id after a plan did', () => {
    const { id } = first();
    const closed = (byRequest: boolean) => ({ closed: [{ id, closedAtMs: AT_MS - 1, byRequest }] });
    expect(plan(network, inputOf(network, demands, [corrupted('l0')], closed(true))).changed).toEqual([]);
    expect(only(plan(network, inputOf(network, demands, [corrupted('l0')], closed(false)))).id).not.toBe(id);
  });
});

describe('against brute force', () => {
  it('finds the cheapest feasible path of a single demand, and gives up only when there is none', () => {
    let moved = 0;
    fc.assert(
      fc.property(scene, ({ network, input }) => {
        const first = input.demands.demands.slice(0, 1);
        const alone = { ...input, demands: { ...input.demands, demands: first } };
        const twin = twinOf(network, alone);
        const bad = assessLinks(network, twin, LIMITS.utilisationLimit);
        const paths = first.length > 0 ? currentPaths(twin, 0) : [];
        fc.pre(paths.length === 1 && paths.some((path) => path.arcs.some((arc) => bad.bad[arc])));
        const [flow] = first as [(typeof first)[number]];
        const board = new Board(twin);
        addPaths(board.loadBps, paths, -flow.bps);
        const { graph } = twin;
        const ends = [graph.nodeIndex.get(flow.source), graph.nodeIndex.get(flow.target)] as [number, number];
        const roomy = (arc: number) =>
          !bad.shunned[arc] && flow.bps <= LIMITS.utilisationLimit * (graph.capacityBps[arc] as number) * (1 + 1e-9);
        const costs = simplePaths(graph, ...ends, roomy).map((arcs) =>
          pathCost(graph, bad, board.loadBps, arcs, flow.bps),
        );
        const proposal = plan(network, alone).changed.find((one) => one.cause.kind === 'unhealthy') as Proposal;
        if (costs.length === 0) {
          expect(proposal.moves.every((move) => move.to.length > 1)).toBe(true);
          return;
        }
        moved += 1;
        expect(proposal.kind).toBe('reroute');
        const [to] = numberedPaths(graph, proposal.moves[0]?.to ?? []) ?? [];
        expect(pathCost(graph, bad, board.loadBps, to?.arcs ?? [], flow.bps)).toBeCloseTo(Math.min(...costs), 6);
      }),
      { numRuns: 400 },
    );
    expect(moved).toBeGreaterThan(10);
  });

  it('fills no arc of a new path above the limit, uses no bad link, keeps every demand whole, and repeats itself', () => {
    expectSound(plan, 400, 15);
  });
});
