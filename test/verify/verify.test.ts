import { describe, expect, it } from 'vitest';
import { DetourError } from '../../src/core/errors.ts';
import { CHECKS, type CheckName, verifyPlan } from '../../src/verify/verify.ts';
import type { DetourPlan } from '../../topology/formats/detour-plan.ts';
import { demandsOf, networkOf, pathOf, planOf, relief, SCENARIOS } from './scenarios.ts';

type Name = keyof typeof SCENARIOS;
/** The types say readonly; a forger does not care. */
type Forged = { -readonly [Key in keyof DetourPlan]: DetourPlan[Key] };

function failing(name: Name, forge: (plan: Forged) => void = () => {}): { wrong: CheckName[]; details: string } {
  const { plan, ...rest } = SCENARIOS[name]();
  forge(plan);
  const { ok, checks } = verifyPlan({ plan, ...rest });
  const wrong = checks.filter((check) => !check.ok);
  expect(ok).toBe(wrong.length === 0);
  return { wrong: wrong.map((check) => check.name), details: wrong.map(({ detail }) => detail).join('\n') };
}

describe('verifyPlan', () => {
  it.each(Object.keys(SCENARIOS) as Name[])('finds every check true of the plan by hand "%s"', (name) => {
    const { plan, ...rest } = SCENARIOS[name]();
    const { ok, checks } = verifyPlan({ plan, ...rest });
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(checks.map((check) => check.name)).toEqual(CHECKS);
  });

  it('finds that to do nothing in an empty network is right', () => {
    const { network } = relief();
    expect(verifyPlan({ plan: planOf({}), network, demands: [] }).ok).toBe(true);
  });

  it('says how near the plan is to the best possible', () => {
    const { plan, ...rest } = SCENARIOS.relief();
    const bound = { ...plan.bound, mlu: 0.5, gap: 0.6 / 0.5 - 1 };
    const { ok, checks } = verifyPlan({ plan: { ...plan, bound }, ...rest });
    expect(ok).toBe(true);
    expect(checks.find(({ name }) => name === 'mlu-bound')?.detail).toBe(
      'highest utilisation 60 % is within 20 % of the lowest possible by moving these demands',
    );
  });

  it('throws where the demands do not belong to the network', () => {
    const { plan, network, demands } = relief();
    const stranger = { id: 'x', source: 'A', target: 'nowhere', bps: 1, class: null };
    expect(() => verifyPlan({ plan, network, demands: [...demands, stranger] })).toThrow(DetourError);
  });
});

const at = <T>(list: readonly T[], index: number): T => list.at(index) as T;

type Forgery = [what: string, plan: Name, check: CheckName, says: string, forge: (plan: Forged) => void];

const FORGERIES: Forgery[] = [
  // shape
  ['another format', 'relief', 'format', 'format', (plan) => Object.assign(plan, { format: 'detour-plan/2' })],
  ['a missing field', 'relief', 'format', 'bound: is missing', (plan) => Reflect.deleteProperty(plan, 'bound')],
  ['a negative gap', 'relief', 'format', 'bound.gap', (plan) => Object.assign(plan.bound, { gap: -0.01 })],
  ['NaN', 'relief', 'format', 'after.mlu', (plan) => Object.assign(plan.after, { mlu: Number.NaN })],
  ['Infinity', 'relief', 'format', 'before.cost', (plan) => Object.assign(plan.before, { cost: Infinity })],
  ['negative traffic', 'relief', 'format', 'lostBps', (plan) => Object.assign(plan.after, { lostBps: -1 })],
  ['a negative price', 'relief', 'format', 'arcPrices', (plan) => Object.assign(plan.bound.arcPrices, { 'ab:az': -1 })],
  [
    'a share of NaN',
    'relief',
    'format',
    'share',
    (plan) => Object.assign(at(at(plan.moves, 0).to, 0), { share: Number.NaN }),
  ],
  // ids
  ['an unknown failed link', 'relief', 'ids', 'failed', (plan) => plan.failed.push('zz')],
  ['an unknown avoided arc', 'relief', 'ids', 'avoided', (plan) => plan.avoided.push('ab')],
  ['an unknown stale arc', 'relief', 'ids', 'stale', (plan) => plan.stale.push('ab:zz')],
  ['an unknown demand', 'relief', 'ids', 'moves', (plan) => Object.assign(at(plan.moves, 0), { demand: 'd9' })],
  ['a path over an unknown arc', 'relief', 'ids', 'moves', (plan) => at(at(plan.moves, 0).to, 0).arcs.push('zz:az')],
  [
    'a price on an unknown arc',
    'relief',
    'ids',
    'arcPrices',
    (plan) => Object.assign(plan.bound.arcPrices, { constructor: 1 }),
  ],
  [
    'an unknown node in a partition',
    'tunnels',
    'ids',
    'partitions',
    (plan) => at(plan.unavoidable.partitions, 0).nodes.push('Q'),
  ],
  // before and after
  [
    'wrong overload before',
    'relief',
    'before',
    'overloadBps',
    (plan) => Object.assign(plan.before, { overloadBps: 3e9 }),
  ],
  ['wrong MLU before', 'relief', 'before', 'mlu', (plan) => Object.assign(plan.before, { mlu: 1.2001 })],
  ['wrong cost before', 'tunnels', 'before', 'cost', (plan) => Object.assign(plan.before, { cost: 37 })],
  [
    'lost traffic kept back before',
    'tunnels',
    'before',
    'lostBps',
    (plan) => Object.assign(plan.before, { lostBps: 2e9 }),
  ],
  ['hidden overload', 'bridge', 'after', 'overloadBps', (plan) => Object.assign(plan.after, { overloadBps: 0 })],
  ['a hidden MLU', 'relief', 'after', 'mlu', (plan) => Object.assign(plan.after, { mlu: 0.59 })],
  ['a hidden cost', 'relief', 'after', 'cost', (plan) => Object.assign(plan.after, { cost: 20 })],
  ['hidden loss', 'tunnels', 'after', 'lostBps', (plan) => Object.assign(plan.after, { lostBps: 0 })],
  // moves
  [
    'a wrong start',
    'tunnels',
    'moves',
    '`from` is not',
    (plan) => Object.assign(at(plan.moves, 0), { from: [pathOf([1, 'l3:az'])] }),
  ],
  [
    'wrong shares at the start',
    'tunnels',
    'moves',
    '`from` is not',
    (plan) => {
      Object.assign(at(at(plan.moves, 2).from, 0), { share: 0.6 });
      Object.assign(at(at(plan.moves, 2).from, 1), { share: 0.4 });
    },
  ],
  ['a demand that moves twice', 'relief', 'moves', 'moves twice', (plan) => plan.moves.push(at(plan.moves, 0))],
  [
    'an extra move that is not marked',
    'tunnels',
    'moves',
    'not marked',
    (plan) => Object.assign(at(plan.moves, 1), { extra: false }),
  ],
  [
    'an affected demand marked as extra',
    'tunnels',
    'moves',
    'marked as an extra',
    (plan) => Object.assign(at(plan.moves, 0), { extra: true }),
  ],
  ['too many extra moves', 'tunnels', 'moves', 'at most 0', (plan) => Object.assign(plan, { maxExtraMoves: 0 })],
  // movable
  [
    'an affected demand left out of movable',
    'relief',
    'movable',
    '"d1" is affected',
    (plan) => {
      plan.bound.movable.shift();
      Object.assign(plan.bound, { mlu: 0.6, gap: 0 });
    },
  ],
  [
    'an overloaded arc not called one',
    'relief',
    'movable',
    '"d1" is affected',
    (plan) => {
      plan.relieved.pop();
      plan.bound.movable.shift();
    },
  ],
  [
    'an arc relieved that needs it not',
    'swap',
    'movable',
    'not above its limit',
    (plan) => Object.assign(plan, { relieve: 'auto' }),
  ],
  [
    'a demand moved that was to be left alone',
    'relief',
    'movable',
    'left alone',
    (plan) => Object.assign(plan, { kept: ['d2'] }),
  ],
  [
    'a demand too many in movable',
    'relief',
    'movable',
    'neither affected nor an extra move',
    (plan) => plan.bound.movable.push('d3'),
  ],
  ['a demand twice in movable', 'relief', 'movable', 'twice', (plan) => plan.bound.movable.push('d1')],
  [
    'a moved demand left out of movable',
    'tunnels',
    'movable',
    'moves but is missing',
    (plan) => plan.bound.movable.splice(1, 1),
  ],
  ['a hopeless demand in movable', 'tunnels', 'movable', 'no path', (plan) => plan.bound.movable.push('d4')],
  // paths
  [
    'a wrong share',
    'relief',
    'paths',
    'sum to 0.9',
    (plan) => Object.assign(at(at(plan.moves, 0).to, 0), { share: 0.9 }),
  ],
  ['a missing arc', 'relief', 'paths', 'ends at C', (plan) => at(at(plan.moves, 0).to, 0).arcs.pop()],
  ['a missing first arc', 'relief', 'paths', 'does not begin at A', (plan) => at(at(plan.moves, 0).to, 0).arcs.shift()],
  ['no path at all', 'relief', 'paths', 'sum to 0', (plan) => at(plan.moves, 0).to.pop()],
  [
    'a loop',
    'relief',
    'paths',
    'comes to A twice',
    (plan) => at(at(plan.moves, 0).to, 0).arcs.unshift('ac:az', 'ac:za'),
  ],
  [
    'a path through a failed arc',
    'tunnels',
    'paths',
    '"l5:az", which has failed',
    (plan) => Object.assign(at(plan.moves, 2), { to: [pathOf([1, 'l5:az'])] }),
  ],
  [
    'a share on a stale arc',
    'tunnels',
    'paths',
    'of which nothing is known',
    (plan) => Object.assign(at(plan.moves, 2), { to: [pathOf([1, 'l6:az'])] }),
  ],
  [
    'a path over an arc to avoid',
    'tunnels',
    'paths',
    'which is to be avoided',
    (plan) => Object.assign(at(plan.moves, 2), { to: [pathOf([1, 'l1:az'])] }),
  ],
  [
    'a third new path',
    'tunnels',
    'paths',
    '3 new paths',
    (plan) => {
      const to = ['l2:az', 'l3:az', 'l6:az'].map((arc) => pathOf([1 / 3, arc]));
      Object.assign(at(plan.moves, 2), { to });
    },
  ],
  [
    'the same path twice',
    'relief',
    'paths',
    'twice',
    (plan) => {
      const half = pathOf([0.5, 'ac:az', 'cb:az']);
      Object.assign(at(plan.moves, 0), { to: [half, half] });
    },
  ],
  // improvement
  [
    'a change for the worse',
    'swap',
    'improvement',
    'mlu rises from 0.6 to 0.66',
    (plan) => {
      Object.assign(at(plan.moves, 0), { to: [pathOf([0.9, 'l2:az']), pathOf([0.1, 'l1:az'])] });
    },
  ],
  // lost
  [
    'a partition that an arc leaves',
    'tunnels',
    'lost',
    'leaves it',
    (plan) => at(plan.unavoidable.partitions, 0).nodes.pop(),
  ],
  ['no partition', 'tunnels', 'lost', 'no partition separates', (plan) => plan.unavoidable.partitions.pop()],
  [
    'a partition with the target inside',
    'tunnels',
    'lost',
    'no partition separates',
    (plan) => at(plan.unavoidable.partitions, 0).nodes.push('D'),
  ],
  ['loss that is not said', 'tunnels', 'lost', '"d4" loses', (plan) => plan.unavoidable.demands.pop()],
  [
    'wrong figure of what is lost',
    'tunnels',
    'lost',
    'unavoidable.lostBps',
    (plan) => Object.assign(plan.unavoidable, { lostBps: 1e9 }),
  ],
  [
    'a demand given up that could be carried',
    'tunnels',
    'lost',
    'no partition separates the ends of demand "d3"',
    (plan) => {
      plan.unavoidable.demands.push('d3');
      plan.moves.pop();
    },
  ],
  ['avoidable loss', 'tunnels', 'lost', '"d3" loses', (plan) => plan.moves.pop()],
  // stayed
  ['traffic on an arc to avoid that is not said', 'bridge', 'stayed', 'does not say so', (plan) => plan.stayed.pop()],
  ['no reason to stay', 'bridge', 'stayed', 'no reason', (plan) => Object.assign(at(plan.stayed, 0), { reason: ' ' })],
  [
    'a demand said to stay where it is not',
    'bridge',
    'stayed',
    'it is not',
    (plan) => plan.stayed.push({ demand: 'd2', arc: 'bc:az', reason: 'x' }),
  ],
  // bounds
  [
    'a bound above what the prices prove',
    'tunnels',
    'mlu-bound',
    'prove no more than',
    (plan) => Object.assign(plan.bound, { mlu: 0.7, gap: 0.8 / 0.7 - 1 }),
  ],
  [
    'prices that prove less',
    'relief',
    'mlu-bound',
    'prove no more than 0',
    (plan) => Object.assign(plan.bound, { arcPrices: { 'ab:az': 1 } }),
  ],
  ['no prices', 'relief', 'mlu-bound', 'prove no more than 0', (plan) => Object.assign(plan.bound, { arcPrices: {} })],
  [
    'a price on a failed arc',
    'tunnels',
    'mlu-bound',
    'its link has failed',
    (plan) => Object.assign(plan.bound.arcPrices, { 'l5:az': 1 }),
  ],
  [
    'endless prices',
    'relief',
    'mlu-bound',
    'prove no more than',
    (plan) => Object.assign(plan.bound, { mlu: 0.9, arcPrices: { 'ab:az': 1e308, 'ac:az': 1e308 } }),
  ],
  [
    'next to no prices',
    'relief',
    'mlu-bound',
    'prove no more than',
    (plan) => Object.assign(plan.bound, { mlu: 0.65, arcPrices: { 'ab:az': 5e-324, 'ac:az': 5e-324 } }),
  ],
  ['a gap that is too small', 'tunnels', 'mlu-bound', 'bound.gap', (plan) => Object.assign(plan.bound, { gap: 0.1 })],
  [
    'an overload bound above what the prices prove',
    'bridge',
    'overload-bound',
    'prove no more than',
    (plan) => Object.assign(plan.bound, { overloadBps: 1.5e9 }),
  ],
  [
    'overload prices above 1',
    'bridge',
    'overload-bound',
    'from 0 to 1',
    (plan) => Object.assign(plan.bound, { overloadPrices: { 'ab:az': 1.1 } }),
  ],
  // order
  ['a step out of order', 'tunnels', 'order', '"l2:az" carries 12', (plan) => plan.steps.reverse()],
  [
    'steps taken at once',
    'tunnels',
    'order',
    '"l2:az" carries 12',
    (plan) => Object.assign(plan, { steps: [['d1', 'd2', 'd3']] }),
  ],
  ['a step left out', 'tunnels', 'order', '"d1" is in no step', (plan) => plan.steps.pop()],
  ['a step taken twice', 'tunnels', 'order', '"d1" twice', (plan) => plan.steps.push(['d1'])],
  ['a step that moves nothing', 'tunnels', 'order', 'does not change', (plan) => plan.steps.push(['d5'])],
  ['a step of nobody', 'tunnels', 'order', 'does not change', (plan) => plan.steps.push(['constructor'])],
  [
    'a deadlock that is none',
    'tunnels',
    'order',
    'there is a safe order',
    (plan) => {
      Object.assign(plan, {
        steps: [],
        orderDeadlock: { demands: ['d1', 'd2', 'd3'], reason: 'too hard', offer: null },
      });
    },
  ],
  [
    'a deadlock with nothing left',
    'relief',
    'order',
    'the steps hold everything',
    (plan) => {
      Object.assign(plan, { orderDeadlock: { demands: [], reason: 'so', offer: null } });
    },
  ],
  [
    'a deadlock without a reason',
    'swap',
    'order',
    'gives no reason',
    (plan) => Object.assign(plan, { orderDeadlock: { demands: ['d1', 'd2'], reason: '', offer: null } }),
  ],
  [
    'a deadlock that hides a demand',
    'swap',
    'order',
    '"d2" is in no step',
    (plan) => plan.orderDeadlock?.demands.pop(),
  ],
  [
    'a deadlock stepped through',
    'swap',
    'order',
    'carries 12',
    (plan) => Object.assign(plan, { steps: [['d1'], ['d2']], orderDeadlock: null }),
  ],
  // metrics
  [
    'metric changes in an explicit plan',
    'relief',
    'metrics',
    'changes no metrics',
    (plan) => plan.metricChanges.push({ arc: 'ab:az', from: 1, to: 2 }),
  ],
  ['a metric change not reported', 'metrics', 'after', 'mlu', (plan) => plan.metricChanges.pop()],
  [
    'a wrong metric to start from',
    'metrics',
    'metrics',
    'is 1, not 3',
    (plan) => Object.assign(at(plan.metricChanges, 0), { from: 3 }),
  ],
  [
    'a metric of nothing',
    'metrics',
    'format',
    'metricChanges[0].to',
    (plan) => Object.assign(at(plan.metricChanges, 0), { to: 0 }),
  ],
  [
    'a negative metric',
    'metrics',
    'format',
    'metricChanges[0].to',
    (plan) => Object.assign(at(plan.metricChanges, 0), { to: -1 }),
  ],
  [
    'a metric that changes twice',
    'metrics',
    'metrics',
    'changes twice',
    (plan) => plan.metricChanges.push(at(plan.metricChanges, 0)),
  ],
  [
    'a demand that the metrics move unnamed',
    'metrics',
    'metrics',
    '"d1", which is not among',
    (plan) => plan.moves.shift(),
  ],
  [
    'a way that the metrics do not give',
    'metrics',
    'paths',
    'not where the changed metrics',
    (plan) => Object.assign(at(plan.moves, 0), { to: [pathOf([1, 'ab:az'])] }),
  ],
  ['a metric step left out', 'metrics', 'order', '"ab:az" is in no step', (plan) => plan.steps.pop()],
];

describe('verifyPlan rejects', () => {
  it('tunnels put together anew from the arcs of others', () => {
    const network = networkOf([
      ['a1', 'A', 'M', 10, 1],
      ['a2', 'A', 'M', 10, 1],
      ['b1', 'M', 'B', 10, 1],
      ['b2', 'M', 'B', 10, 1],
    ]);
    const demands = demandsOf(network, [['d1', 'A', 'B', 1, [0.5, 'a1:az', 'b1:az'], [0.5, 'a2:az', 'b2:az']]]);
    const from = [pathOf([0.5, 'a1:az', 'b2:az']), pathOf([0.5, 'a2:az', 'b1:az'])];
    const plan = planOf({ base: 'pinned', moves: [{ demand: 'd1', from, to: from, extra: true, why: {} }] });
    const { checks } = verifyPlan({ plan, network, demands });
    expect(checks.find(({ name }) => name === 'moves')?.detail).toContain('`from` is not where it goes');
  });

  it.each(FORGERIES)('%s (%s): %s', (_what, name, check, says, forge) => {
    const { wrong, details } = failing(name, forge);
    expect(wrong).toContain(check);
    expect(details).toContain(says);
  });
});
