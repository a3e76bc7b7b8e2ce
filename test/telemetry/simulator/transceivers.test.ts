import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { applyFailure } from '../../../src/telemetry/simulator/failures/effects.ts';
import type { Failure } from '../../../src/telemetry/simulator/failures/failure.ts';
import { mediumOf } from '../../../src/telemetry/simulator/instruments/optics.ts';
import { Transceivers } from '../../../src/telemetry/simulator/instruments/transceivers.ts';
import { intactPlant, tableOfLinks } from '../../../src/telemetry/simulator/plant.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { loadNetwork } from '../../../topology/files.ts';

const { network } = await loadNetwork('abilene');
const graph = compileGraph(buildGraph(network));
const links = tableOfLinks(network, graph);
const scenario = await loadScenario('calibrated');
const { transceivers: plan } = scenario;
const media = network.links.map((link) => mediumOf(link, scenario.optics));

/** Temperatures after a minute with so much heat; the same dice whatever the heat. */
function read(heat: (plant: ReturnType<typeof intactPlant>) => void, room = 0, kinds = media): Float64Array {
  const plant = intactPlant(links.ids.length, graph.arcCount, graph.nodeCount);
  heat(plant);
  const all = new Transceivers(plan, kinds, links, createRng(1));
  all.advance(60, plant, new Float64Array(graph.nodeCount).fill(room));
  return all.transceiverTemperatureCelsius;
}

const node = graph.nodeIndex.get('DNVR') as number;
const own = links.ids.flatMap((_, link) => (links.a[link] === node || links.z[link] === node ? [link] : []));

/** A card with the first link of the router is about to fail by heat. */
const overheating: Failure = {
  ...{ id: 'card', kind: 'overheating', links: [own[0] as number], node, onsetAt: 100, endsAt: [200] },
  ...{ planned: false, precursor: { startsAt: 0, shape: 1 }, isFailure: true, severity: 1, side: 0 },
};

describe('transceivers', () => {
  it('on a card that is too warm warm with it, those on other cards of the router hardly, others not at all', () => {
    const calm = read(() => {});
    const warm = read((plant) => applyFailure(overheating, 80, links, plant));
    const rises = Array.from(warm, (celsius, at) => celsius - (calm[at] as number));
    const isAtNode = (at: number) => (at % 2 === 0 ? links.a : links.z)[at >> 1] === node;
    const heat = 35 * 0.8;
    rises.forEach((rise, at) => {
      const share = !isAtNode(at) ? 0 : plan.routerShare + (at >> 1 === own[0] ? plan.cardShare : 0);
      expect(rise, links.ids[at >> 1]).toBeCloseTo(share * heat, 6);
    });
    expect(own.length).toBeGreaterThan(1);
  });

  it('follow the room, and have usual temperatures of their own within the range of the scenario', () => {
    const [cool, warm] = [read(() => {}), read(() => {}, 3)];
    const [low, high] = plan.temperatureCelsius as [number, number];
    cool.forEach((celsius, at) => {
      expect((warm[at] as number) - celsius).toBeCloseTo(3 * plan.roomShare, 6);
      expect(celsius).toBeGreaterThan(low - 3);
      expect(celsius).toBeLessThan(high + 3);
    });
    expect(new Set(cool).size).toBe(cool.length);
  });

  it('are not there on copper', () => {
    const copper = media.map((medium, link) => (link === 0 ? 'electrical' : medium));
    const readings = read(() => {}, 0, copper);
    expect([...readings.subarray(0, 2)]).toEqual([Number.NaN, Number.NaN]);
    expect(readings.subarray(2).every((celsius) => Number.isFinite(celsius))).toBe(true);
  });
});
