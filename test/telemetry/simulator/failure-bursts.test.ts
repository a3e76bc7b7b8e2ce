import { describe, expect, it } from 'vitest';
import { applyFailure } from '../../../src/telemetry/simulator/failures/effects.ts';
import type { Failure } from '../../../src/telemetry/simulator/failures/failure.ts';
import { intactPlant, tableOfLinks } from '../../../src/telemetry/simulator/plant.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { generateBackbone } from '../../../topology/generate/index.ts';

const MINUTES = 20_000;
const network = generateBackbone({ routers: 10, seed: 1, name: 'ten' });
const graph = compileGraph(buildGraph(network));
const links = tableOfLinks(network, graph);
const [FIRST] = links.arcs[0] as readonly [number, number];

/** A link that is going to flap, all the time as strongly as just before it does. */
const failure: Failure = {
  ...{ id: 'flapping-17', kind: 'flapping', links: [0], node: null, planned: false, isFailure: true, side: 0 },
  ...{ onsetAt: 60 * MINUTES, endsAt: [60 * MINUTES + 1], severity: 0.5, precursor: { startsAt: 0, shape: 1e-9 } },
};

function errorsAt(minute: number): number {
  const state = intactPlant(links.ids.length, graph.arcCount, network.nodes.length);
  applyFailure(failure, 60 * minute + 1, links, state);
  return state.corruption[FIRST] as number;
}

describe('bursts of errors before a link flaps', () => {
  const errors = Array.from({ length: MINUTES }, (_, minute) => errorsAt(minute));
  const bursts = errors.map((ratio) => (ratio > 0 ? 1 : 0));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('come in half of all minutes at full strength, spread over three orders of magnitude', () => {
    expect(mean(bursts)).toBeCloseTo(0.5, 1);
    const logs = errors.filter((ratio) => ratio > 0).map(Math.log10);
    expect(mean(logs)).toBeCloseTo(-4, 1);
    expect(Math.min(...logs)).toBeGreaterThanOrEqual(-5.5);
    expect(Math.max(...logs)).toBeLessThanOrEqual(-2.5);
  });

  it.each([1, 2, 5, 10, 60])('are as likely in a minute whatever came %i before', (lag) => {
    const share = mean(bursts);
    const together = mean(bursts.slice(lag).map((now, at) => now * (bursts[at] as number)));
    // Four standard errors of so many minutes are 0.007.
    expect(Math.abs(together - share ** 2)).toBeLessThan(0.015);
  });
});
