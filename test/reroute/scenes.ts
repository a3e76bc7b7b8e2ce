import fc from 'fast-check';
import { expect } from 'vitest';
import { tunnelsOf } from '../../src/reroute/apply.ts';
import { assessLinks } from '../../src/reroute/condition.ts';
import type { PlanInput, PlanOutcome } from '../../src/reroute/plan.ts';
import { buildTwin } from '../../src/twin/twin.ts';
import type { NetworkIndex } from '../../topology/model.ts';
import { corrupted, demand, inputOf, LIMITS, part, sketch, stateOf } from './fixtures.ts';

const smallNetwork = fc
  .record({
    nodes: fc.integer({ min: 2, max: 5 }),
    links: fc.array(
      fc.record({
        a: fc.nat(4),
        z: fc.nat(4),
        capacityBps: fc.integer({ min: 20, max: 200 }),
        latencyMs: fc.integer({ min: 0, max: 20 }),
        metric: fc.record({ az: fc.integer({ min: 1, max: 5 }), za: fc.integer({ min: 1, max: 5 }) }),
        srlgs: fc.subarray(['s', 't']),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ nodes, links }) =>
    sketch(
      nodes,
      links.map((link) => ({ ...link, a: link.a % nodes, z: link.z % nodes })).filter((link) => link.a !== link.z),
    ),
  )
  .filter((network) => network.network.links.length > 0);

const condition = fc.constantFrom('healthy', 'healthy', 'healthy', 'az', 'za', 'down', 'stale', 'degraded');
/** A small network with parallel links, asymmetric metrics, and links in every condition. */
export const scene = fc
  .record({
    network: smallNetwork,
    states: fc.array(condition, { minLength: 8, maxLength: 8 }),
    flows: fc.array(fc.record({ s: fc.nat(4), t: fc.nat(4), bps: fc.integer({ min: 0, max: 90 }) }), {
      minLength: 1,
      maxLength: 6,
    }),
  })
  .map(({ network, states, flows }) => {
    const count = network.network.nodes.length;
    const demands = flows
      .map(({ s, t, bps }, index) => demand(`d${index}`, s % count, t % count, bps))
      .filter((one) => one.source !== one.target);
    const links = network.network.links.map(({ id }, index) => {
      const wanted = states[index] as string;
      if (wanted === 'az' || wanted === 'za') return corrupted(id, wanted);
      return stateOf(id, wanted as 'healthy', wanted === 'degraded' ? { parts: [part('loss', 'degraded', null)] } : {});
    });
    return { network, input: inputOf(network, demands, links, { limits: { ...LIMITS, maxStaleShare: 1 } }) };
  });

export type Plan = (network: NetworkIndex, input: PlanInput) => PlanOutcome;

export const twinOf = (network: NetworkIndex, input: PlanInput) =>
  buildTwin({ network: network.network, states: input.links, demands: input.demands.demands, tunnels: input.tunnels });

/** What must hold of every plan, whichever solver made it. */
export function expectSound(plan: Plan, numRuns: number, leastMoves: number): void {
  let moves = 0;
  fc.assert(
    fc.property(scene, ({ network, input }) => {
      const outcome = plan(network, input);
      expect(plan(network, structuredClone(input))).toEqual(outcome);
      const tunnels = outcome.changed.flatMap(tunnelsOf);
      const before = twinOf(network, input);
      const after = twinOf(network, { ...input, tunnels });
      const { shunned } = assessLinks(network, before, LIMITS.utilisationLimit);
      for (const move of outcome.changed.flatMap((proposal) => proposal.moves)) {
        moves += 1;
        expect(move.to.reduce((sum, path) => sum + path.share, 0)).toBeCloseTo(1, 9);
        const old = new Set(move.from.flatMap((path) => path.arcs));
        for (const { arcs } of move.to) {
          const numbers = arcs.map((id) => before.graph.arcIndex.get(id) as number);
          expect(before.graph.nodeIds[before.graph.tail[numbers[0] as number] as number]).toBe(move.source);
          expect(before.graph.nodeIds[before.graph.head[numbers.at(-1) as number] as number]).toBe(move.target);
          for (const arc of numbers.filter((number) => !old.has(before.graph.arcIds[number] as string))) {
            expect(shunned[arc]).toBe(0);
            const capacityBps = before.graph.capacityBps[arc] as number;
            expect(after.loadBps[arc]).toBeLessThanOrEqual(LIMITS.utilisationLimit * capacityBps + 1e-6);
          }
        }
      }
      const open = [...outcome.changed];
      expect(plan(network, { ...input, open }).changed.filter((one) => one.status !== 'proposed')).toEqual([]);
      expect(plan(network, { ...input, open }).plan.created).toEqual([]);
    }),
    { numRuns },
  );
  expect(moves).toBeGreaterThan(leastMoves);
}
