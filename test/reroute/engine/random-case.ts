import fc from 'fast-check';
import type { PlanOptions } from '../../../src/reroute/engine/options.ts';
import type { Demand, Network } from '../../../topology/model.ts';

const CAPACITIES = [10, 25, 40, 100] as const;

export interface RandomCase {
  readonly network: Network;
  readonly demands: readonly Demand[];
  readonly options: PlanOptions;
}

const linkArbitrary = (nodes: number) =>
  fc.record({
    a: fc.nat(nodes - 1),
    step: fc.integer({ min: 1, max: nodes - 1 }),
    az: fc.constantFrom(...CAPACITIES),
    za: fc.constantFrom(...CAPACITIES),
    metricAz: fc.integer({ min: 1, max: 4 }),
    metricZa: fc.integer({ min: 1, max: 4 }),
    srlg: fc.boolean(),
  });

const demandArbitrary = (nodes: number) =>
  fc.record({
    source: fc.nat(nodes - 1),
    step: fc.integer({ min: 1, max: nodes - 1 }),
    bps: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 8, arbitrary: fc.integer({ min: 1, max: 30 }) }),
  });

/** Small networks: parallel links, bridges, parts without connection, asymmetric metrics and capacities, zero demands. */
export const randomCase: fc.Arbitrary<RandomCase> = fc.integer({ min: 2, max: 6 }).chain((nodes) =>
  fc
    .record({
      links: fc.array(linkArbitrary(nodes), { minLength: 1, maxLength: 10 }),
      demands: fc.array(demandArbitrary(nodes), { minLength: 1, maxLength: 10 }),
      failed: fc.array(fc.nat(9), { maxLength: 2 }),
      avoided: fc.array(fc.nat(19), { maxLength: 2 }),
      stale: fc.array(fc.nat(9), { maxLength: 1 }),
      base: fc.constantFrom('igp' as const, 'pinned' as const),
      limit: fc.constantFrom(0.6, 0.8, 1),
      maxExtraMoves: fc.constantFrom(0, 5),
    })
    .map(({ links, demands, failed, avoided, stale, ...rest }) => {
      const network = networkOf(nodes, links);
      const linkId = (at: number): string | null => network.links[at]?.id ?? null;
      const ids = (ats: readonly number[]): string[] => [...new Set(ats.flatMap((at) => linkId(at) ?? []))];
      const arcs = avoided.flatMap((at) => {
        const link = linkId(at >> 1);
        return link === null ? [] : [`${link}:${at % 2 === 0 ? 'az' : 'za'}`];
      });
      const numbered = demands.map(({ source, step, bps }, at): Demand => {
        return { id: `d${at}`, source: `n${source}`, target: `n${(source + step) % nodes}`, bps, class: null };
      });
      const options = {
        network,
        demands: numbered,
        failed: ids(failed),
        avoid: [...new Set(arcs)],
        stale: ids(stale),
        ...rest,
      };
      return { network, demands: numbered, options };
    }),
);

function networkOf(
  nodes: number,
  links: readonly {
    a: number;
    step: number;
    az: number;
    za: number;
    metricAz: number;
    metricZa: number;
    srlg: boolean;
  }[],
): Network {
  return {
    name: 'random',
    nodes: Array.from({ length: nodes }, (_, at) => ({
      id: `n${at}`,
      name: `n${at}`,
      lat: null,
      lon: null,
      tier: null,
      mass: null,
      address: null,
      snmpPort: 161,
      credentials: null,
    })),
    links: links.map(({ a, step, az, za, metricAz, metricZa, srlg }, at) => ({
      id: `l${at}`,
      a: `n${a}`,
      z: `n${(a + step) % nodes}`,
      aInterface: null,
      zInterface: null,
      capacityBps: { az, za },
      latencyMs: { az: 1, za: 1 },
      metric: { az: metricAz, za: metricZa },
      srlgs: srlg ? ['s'] : [],
    })),
    srlgs: [{ id: 's', name: 's' }],
  };
}
