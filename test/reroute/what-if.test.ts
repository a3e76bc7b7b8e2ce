import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/reroute/change.ts';
import type { PlanInput } from '../../src/reroute/plan.ts';
import { planReroutes } from '../../src/reroute/planner.ts';
import { whatIf } from '../../src/reroute/what-if.ts';
import type { NetworkIndex } from '../../topology/model.ts';
import { AT_MS, corrupted, demand, inputOf, part, ringNetwork, sketch, stateOf, thinned } from './fixtures.ts';

const TOP = 100;

function ask(network: NetworkIndex, input: PlanInput, change: Change) {
  return whatIf({ network, input }, change, TOP);
}

function loadOf(result: ReturnType<typeof whatIf>, arc: string) {
  return result.loads.find((one) => one.arc === arc);
}

describe('what if', () => {
  const network = ringNetwork();

  it('nothing changed: the plan that the job would make', () => {
    const input = inputOf(network, [demand('d', 0, 1, 40)], [corrupted('l0')]);
    const plan = planReroutes(network, input, 'request');
    const result = ask(network, input, {});
    expect(result.proposals.map(({ id, moves, why }) => ({ id, moves, why }))).toEqual(
      plan.changed.map(({ id, moves, why }) => ({ id, moves, why })),
    );
    expect(result.proposals).toHaveLength(1);
    expect(result.now).toEqual(result.before);
    expect(result.after.mlu).toBeCloseTo(plan.plan.mlu?.after ?? Number.NaN, 12);
  });

  it('a link fails: the IGP goes round, and what that overloads is relieved', () => {
    const input = inputOf(network, [demand('d', 0, 1, 60), demand('e', 3, 2, 50)]);
    const result = ask(network, input, { fail: ['l0'] });
    expect(result.failedLinks).toEqual(['l0']);
    expect(result.now).toMatchObject({ mlu: 0.6, overloadBps: 0, lostBps: 0 });
    // d goes n0-n3-n2-n1 by metric 30, which meets e on l2.
    expect(result.before).toMatchObject({ mluArc: 'l2:za', lostBps: 0 });
    expect(result.before.mlu).toBeCloseTo(1.1, 12);
    expect(result.before.overloadBps).toBeCloseTo(30, 9);
    expect(result.after.overloadBps).toBe(0);
    expect(result.proposals).toMatchObject([{ fate: 'created', kind: 'reroute', cause: { kind: 'overload' } }]);
    expect(result.proofs.length).toBeGreaterThan(0);
    expect(loadOf(result, 'l2:za')).toMatchObject({ nowBps: 50, beforeBps: 110 });
  });

  it('a node, or a group of links, fails: everything of it does, and its traffic is lost', () => {
    const grouped = sketch(4, [
      { a: 0, z: 1, srlgs: ['duct'] },
      { a: 1, z: 2, srlgs: ['duct'] },
      { a: 2, z: 3 },
      { a: 3, z: 0 },
    ]);
    const input = inputOf(grouped, [demand('d', 0, 1, 40), demand('e', 2, 3, 10)]);
    for (const fail of [['n1'], ['duct']]) {
      const result = ask(grouped, input, { fail });
      expect(result.failedLinks).toEqual(['l0', 'l1']);
      expect(result.before).toMatchObject({ lostBps: 40 });
      expect(result.proposals).toMatchObject([{ kind: 'no-safe-alternative', cuts: [{ demands: ['d'], bps: 40 }] }]);
    }
  });

  it('a link, or one direction of it, is drained: its traffic leaves, other traffic stays', () => {
    const input = inputOf(network, [demand('d', 0, 1, 40), demand('back', 1, 0, 30)]);
    const both = ask(network, input, { drain: ['l0'] });
    expect(both.drainedArcs).toEqual(['l0:az', 'l0:za']);
    expect(loadOf(both, 'l0:az')?.afterBps).toBe(0);
    expect(loadOf(both, 'l0:za')?.afterBps).toBe(0);
    const one = ask(network, input, { drain: ['l0:az'] });
    expect(loadOf(one, 'l0:az')).toMatchObject({ beforeBps: 40, afterBps: 0 });
    expect(loadOf(one, 'l0:za')).toMatchObject({ beforeBps: 30, afterBps: 30 });
    expect(one.proposals).toMatchObject([{ kind: 'reroute', moves: [{ demand: 'd' }] }]);
  });

  it('traffic grows: overload that nobody has measured yet is relieved', () => {
    const input = inputOf(network, [demand('d', 0, 1, 70), demand('e', 2, 1, 5)]);
    expect(ask(network, input, {}).proposals).toEqual([]);
    const result = ask(network, input, { scale: { d: 1.3 } });
    expect(result.before.mlu).toBeCloseTo(0.91, 12);
    expect(loadOf(result, 'l1:za')?.beforeBps).toBe(5);
    expect(result.after.overloadBps).toBe(0);
    expect(result.proposals).toMatchObject([{ kind: 'reroute', cause: { kind: 'overload', links: ['l0'] } }]);
    expect(ask(network, input, { scale: 1.3 }).before.mlu).toBeCloseTo(0.91, 12);
  });

  it('capacity is added or taken: a measured overload ends, or begins', () => {
    const full = stateOf('l0', 'degraded', { parts: [part('utilisation', 'degraded', 'l0:az', 0.9)] });
    const input = inputOf(network, [demand('d', 0, 1, 90)], [full]);
    expect(ask(network, input, {}).proposals).toHaveLength(1);
    const more = ask(network, input, { capacityBps: { l0: 200 } });
    expect(more).toMatchObject({ proposals: [], before: { mlu: 0.45 } });
    const less = ask(network, inputOf(network, [demand('d', 0, 1, 60)]), { capacityBps: { l0: 50 } });
    expect(less.before.mlu).toBeCloseTo(1.2, 12);
    expect(less.proposals).toHaveLength(1);
  });

  it.each([
    [{ fail: ['l9'] }, 'fail', 'l9'],
    [{ fail: ['l0:az'] }, 'fail', 'l0:az'],
    [{ drain: ['l0', 'nowhere'] }, 'drain', 'nowhere'],
    [{ capacityBps: { l7: 1 } }, 'capacityBps', 'l7'],
    [{ scale: { nobody: 2 } }, 'scale', 'nobody'],
  ])('refuses what is not there: %j', (change, field, value) => {
    const input = inputOf(network, [demand('d', 0, 1, 40)]);
    expect(() => ask(network, input, change)).toThrow(
      expect.objectContaining({ code: 'DETOUR_ERR_INVALID_INPUT', field, value }),
    );
  });

  it('a view that is lost stays lost: it says so and moves nothing', () => {
    const input = inputOf(
      network,
      [demand('d', 0, 1, 40)],
      ['l1', 'l2', 'l3'].map((id) => stateOf(id, 'stale')),
    );
    const result = ask(network, input, { fail: ['l0'] });
    expect(result).toMatchObject({ refused: { code: 'VIEW_LOST' }, proposals: [] });
    expect(result.after).toEqual(result.before);
  });

  it('the loads after the moves are those that the plan counts with; the input is left alone', () => {
    const id = fc.integer({ min: 0, max: 4 }).map((at) => `l${at}`);
    const demands = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.integer({ min: 1, max: 60 })), { maxLength: 8 });
    const change = fc.record({
      fail: fc.array(id, { maxLength: 1 }),
      drain: fc.array(
        fc.tuple(id, fc.constantFrom('', ':az', ':za')).map(([link, end]) => link + end),
        { maxLength: 2 },
      ),
      scale: fc.constantFrom(0, 0.5, 1, 1.5),
      capacityBps: fc.dictionary(id, fc.constantFrom(50, 100, 200), { maxKeys: 2 }),
    });
    fc.assert(
      fc.property(demands, change, (sketches, changed) => {
        const kept = sketches.filter(([source, target]) => source !== target);
        const input = inputOf(
          network,
          kept.map(([source, target, bps], index) => demand(`d${index}`, source, target, bps)),
        );
        const text = JSON.stringify(input);
        const result = ask(network, input, changed);
        expect(JSON.stringify(input)).toBe(text);
        const total = kept.reduce((sum, [, , bps]) => sum + bps, 0) * changed.scale;
        expect(result.after.lostBps).toBe(result.before.lostBps);
        expect(result.after.lostBps).toBeLessThanOrEqual(total);
        // Every demand starts on some arc, so what is sent at least is what is not lost.
        const carried = result.loads.reduce((sum, { afterBps }) => sum + afterBps, 0);
        expect(carried).toBeGreaterThanOrEqual(total - result.after.lostBps - 1e-6);
        for (const arc of result.drainedArcs) {
          const load = loadOf(result, arc);
          const isStuck = result.proposals.some(({ cuts, why }) => cuts.length > 0 || why.stayed.length > 0);
          if (!isStuck) expect(load?.afterBps).toBeLessThan(1e-6);
        }
        const worst = Math.max(
          0,
          ...result.proposals.flatMap((one) => one.moves.map((move) => move.worstHeadroom.utilisation)),
        );
        expect(result.after.mlu).toBeGreaterThanOrEqual(worst - 1e-9);
      }),
      { numRuns: 150 },
    );
  });

  it('takes an imagined capacity before what an aggregate has left', () => {
    const input = inputOf(network, [demand('d', 0, 1, 40)], [thinned('l0', 50, 0.8)]);
    const result = ask(network, input, { capacityBps: { l0: 400 } });
    expect(result.now.mlu).toBeCloseTo(0.8, 12);
    expect(loadOf(result, 'l0:az')).toMatchObject({ capacityBps: 400, utilisation: 0.1 });
  });

  it('is of now: the snapshot says when', () => {
    expect(ask(network, inputOf(network, []), {})).toMatchObject({ atMs: AT_MS, demandSource: 'measured', kept: [] });
  });
});
