import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, type Engine, type StepResult } from '../../../src/telemetry/simulator/engine.ts';
import { loadScenario, parseScenario } from '../../../src/telemetry/simulator/scenario.ts';
import type { Scenario } from '../../../src/telemetry/simulator/scenario-schema.ts';
import type { Demand, Network } from '../../../topology/model.ts';
import { demand, diamond, type LinkSketch, sketchNetwork, stillScenario } from './networks.ts';

const START_MS = Date.UTC(2026, 0, 1);

function engineOf(network: Network, demands: readonly Demand[] | null, scenario: Scenario, seed = 1): Engine {
  return createEngine({ network, demands, scenario, seed, startMs: START_MS });
}

function run(engine: Engine, steps: number): StepResult[] {
  return Array.from({ length: steps }, () => engine.step(1));
}

const tunnel = (demandId: string, ...arcs: string[]) => ({
  demand: demandId,
  source: demandId.split('>')[0] as string,
  target: demandId.split('>')[1] as string,
  paths: [{ share: 1, arcs }],
  proposalId: 'p1',
});

function sampleAt(result: StepResult, linkId: string, end: 'a' | 'z') {
  const found = result.measurements.find((sample) => sample.linkId === linkId && sample.end === end);
  if (!found) throw new Error(`no sample of ${linkId} ${end}`);
  return found;
}

/** Sums over steps of what entered and left the wire of an arc, from the counters of both its ends. */
function wire(results: readonly StepResult[], linkId: string, from: 'a' | 'z') {
  let sent = 0;
  let received = 0;
  for (const result of results) {
    const out = sampleAt(result, linkId, from);
    const into = sampleAt(result, linkId, from === 'a' ? 'z' : 'a');
    sent += (out.outPackets as number) - (out.outDiscards as number);
    received += into.inPackets as number;
  }
  return { sent, received, lossRatio: 1 - received / sent };
}

/** All shortest paths by trying every simple path; ECMP splits at each node over the next hops on them. */
function bruteForceLoads(network: Network, demands: readonly Demand[]): Map<string, number> {
  const arcs = network.links.flatMap((link) => [
    { id: `${link.id}:az`, tail: link.a, head: link.z, metric: link.metric.az },
    { id: `${link.id}:za`, tail: link.z, head: link.a, metric: link.metric.za },
  ]);
  const distance = (node: string, target: string, visited: readonly string[]): number =>
    node === target
      ? 0
      : arcs
          .filter((arc) => arc.tail === node && !visited.includes(arc.head))
          .reduce(
            (best, arc) => Math.min(best, arc.metric + distance(arc.head, target, [...visited, arc.head])),
            Infinity,
          );
  const loads = new Map<string, number>();
  const send = (node: string, target: string, bps: number): void => {
    if (node === target) return;
    const here = distance(node, target, [node]);
    const next = arcs.filter(
      (arc) => arc.tail === node && arc.metric + distance(arc.head, target, [arc.head]) === here,
    );
    for (const arc of next) {
      loads.set(arc.id, (loads.get(arc.id) ?? 0) + bps / next.length);
      send(arc.head, target, bps / next.length);
    }
  };
  for (const { source, target, bps } of demands)
    if (Number.isFinite(distance(source, target, [source]))) send(source, target, bps);
  return loads;
}

/** Small networks with parallel links and equal metrics. */
const networks = fc
  .array(
    fc.record({
      a: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
      z: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
      metric: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 4, maxLength: 9 },
  )
  .map((links) =>
    links.filter((link) => link.a !== link.z).map((link, index): LinkSketch => ({ id: `l${index}`, ...link })),
  )
  .filter((links) => links.length > 1)
  .map((links) => sketchNetwork(links));

function everyPair(network: Network, gbps: (index: number) => number): Demand[] {
  const ids = network.nodes.map((node) => node.id);
  return ids
    .flatMap((s) => ids.filter((t) => t !== s).map((t) => [s, t] as const))
    .map(([s, t], i) => demand(s, t, gbps(i)));
}

describe('routing', () => {
  it('loads arcs as ECMP by brute force does', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const demands = everyPair(network, (index) => 0.001 * (index + 1));
        const [result] = run(engineOf(network, demands, stillScenario()), 1);
        const expected = bruteForceLoads(network, demands);
        for (const link of network.links) {
          for (const arc of [`${link.id}:az`, `${link.id}:za`]) {
            expect(result?.arcOfferedBps(arc)).toBeCloseTo(expected.get(arc) ?? 0, 0);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('conserves traffic, overloaded and broken as it may be', () => {
    const scenario = stillScenario(
      [
        '{ atSeconds: 1, kind: fibre-cut, link: l0, durationSeconds: 4 }',
        '{ atSeconds: 2, kind: corruption, link: l1, durationSeconds: 9, strength: 0.2 }',
      ],
      {},
    );
    fc.assert(
      fc.property(networks, fc.double({ min: 0.1, max: 20, noNaN: true }), (network, gbps) => {
        const demands = everyPair(network, (index) => gbps * (1 + (index % 3)));
        for (const { totals, measurements } of run(engineOf(network, demands, scenario), 9)) {
          expect(Math.abs(totals.offeredBps - totals.deliveredBps - totals.lostBps)).toBeLessThan(
            totals.offeredBps * 1e-9,
          );
          expect(totals.lostBps).toBeGreaterThanOrEqual(0);
          // Nothing sends more than fits.
          for (const sample of measurements) expect(sample.outOctets).toBeLessThanOrEqual(10e9 / 8 + 1);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('drops what exceeds the capacity, and downstream arcs get only the rest', () => {
    const line = sketchNetwork([
      { id: 'ab', a: 'A', z: 'B', gbps: 10 },
      { id: 'bc', a: 'B', z: 'C', gbps: 5 },
      { id: 'cd', a: 'C', z: 'D', gbps: 10 },
    ]);
    const engine = engineOf(line, [demand('A', 'D', 20)], stillScenario([], { probePacketsPerSecond: 0 }));
    const result = run(engine, 1)[0] as StepResult;
    expect(result.arcOfferedBps('ab:az')).toBeCloseTo(20e9, 0);
    expect(result.arcOfferedBps('bc:az') / 10e9).toBeCloseTo(1, 3);
    expect(result.arcOfferedBps('cd:az') / 5e9).toBeCloseTo(1, 3);
    expect(result.totals.lostBps / 15e9).toBeCloseTo(1, 3);
    const full = sampleAt(result, 'ab', 'a');
    expect((full.outDiscards as number) / (full.outPackets as number)).toBeCloseTo(0.5, 2);
    expect(full.latencyMs).toBeGreaterThan(5 + 39);
    expect(sampleAt(result, 'cd', 'a').latencyMs).toBeLessThan(5 + 2);
  });

  it('scales the gravity demands to the wanted peak, by mass', () => {
    const network = sketchNetwork(
      [
        { id: 'ab', a: 'A', z: 'B' },
        { id: 'bc', a: 'B', z: 'C' },
      ],
      { A: 1, B: 2, C: 4 },
    );
    const engine = engineOf(network, null, stillScenario());
    const [result] = run(engine, 1);
    const bps = new Map(engine.demandSet().demands.map((record) => [record.id, record.bps]));
    expect((bps.get('B>C') as number) / (bps.get('A>C') as number)).toBeCloseTo(2, 6);
    expect((bps.get('A>C') as number) / (bps.get('A>B') as number)).toBeCloseTo(2, 6);
    expect((result?.arcOfferedBps('bc:az') as number) / 10e9).toBeCloseTo(0.5, 6);
  });
});

describe('faults', () => {
  const traffic = [demand('A', 'B', 4)];

  it('loses the traffic of a cut until the IGP has converged, then moves it', () => {
    const scenario = stillScenario(['{ atSeconds: 3, kind: fibre-cut, link: xb, durationSeconds: 10 }'], {
      igpConvergenceSeconds: 2,
    });
    const results = run(engineOf(diamond, traffic, scenario), 20);
    const lost = results.map((result) => Math.round(result.totals.lostBps / 1e9));
    expect(lost.slice(0, 7)).toEqual([0, 0, 0, 4, 4, 0, 0]);
    expect(results[2]?.arcOfferedBps('xb:az')).toBe(4e9);
    expect(results[5]?.arcOfferedBps('yb:az')).toBe(4e9);
    expect(results[19]?.arcOfferedBps('xb:az')).toBe(4e9);
    const cut = [sampleAt(results[4] as StepResult, 'xb', 'a'), sampleAt(results[4] as StepResult, 'xb', 'z')];
    for (const sample of cut)
      expect(sample).toMatchObject({ operStatus: 'down', outPackets: 0, inOctets: 0, latencyMs: null });
    expect(results.flatMap((result) => result.truth).map((record) => `${record.phase} ${record.links.join()}`)).toEqual(
      ['begin xb', 'end xb'],
    );
  });

  it('cuts a whole risk group', () => {
    const network = sketchNetwork([
      { id: 'p1', a: 'A', z: 'B', srlgs: ['trench'] },
      { id: 'p2', a: 'A', z: 'B', srlgs: ['trench'] },
      { id: 'p3', a: 'A', z: 'B' },
    ]);
    for (const aim of ['link: p1', 'srlg: trench']) {
      const scenario = stillScenario([`{ atSeconds: 0, kind: fibre-cut, ${aim}, durationSeconds: 10 }`]);
      const [result] = run(engineOf(network, traffic, scenario), 1);
      expect(network.links.map((link) => sampleAt(result as StepResult, link.id, 'a').operStatus)).toEqual([
        'down',
        'down',
        'up',
      ]);
    }
  });

  it('corrupts one direction only, whatever the load, while the link stays up', () => {
    const scenario = stillScenario([
      '{ atSeconds: 0, kind: corruption, link: ax, direction: az, durationSeconds: 1000, strength: 0.05 }',
    ]);
    for (const demands of [traffic, []]) {
      const results = run(engineOf(diamond, demands, scenario), 60);
      const { sent, received, lossRatio } = wire(results, 'ax', 'a');
      const sigma = Math.sqrt((0.05 * 0.95) / sent);
      expect(Math.abs(lossRatio - 0.05)).toBeLessThan(5 * sigma);
      // Losses are drawn, not computed: they do not come out exactly.
      expect(received).not.toBe(Math.round(sent * 0.95));
      expect(wire(results, 'ax', 'z').lossRatio).toBe(0);
      expect(results.every((result) => sampleAt(result, 'ax', 'z').operStatus === 'up')).toBe(true);
      const errors = results.reduce((sum, result) => sum + (sampleAt(result, 'ax', 'z').inErrors as number), 0);
      expect(errors / (sent - received)).toBeGreaterThan(0.7);
      expect(errors).toBeLessThan(sent - received);
    }
  });

  it('loses less when a tunnel leads round a corrupt link, and the load moves', () => {
    const scenario = stillScenario([
      '{ atSeconds: 0, kind: corruption, link: xb, direction: az, durationSeconds: 1000, strength: 0.05 }',
    ]);
    const engine = engineOf(diamond, traffic, scenario);
    const [before] = run(engine, 1);
    expect(engine.setTunnels([tunnel('A>B', 'ay:az', 'yb:az')])).toEqual([]);
    const [after] = run(engine, 1);
    expect(before?.totals.lostBps).toBeCloseTo(0.2e9, 0);
    expect(after?.totals.lostBps).toBe(0);
    expect(after?.arcOfferedBps('xb:az')).toBe(0);
    expect(after?.arcOfferedBps('yb:az')).toBe(4e9);
    // The emptied link is still measured, by its probes.
    expect(wire(run(engine, 60), 'xb', 'a').lossRatio).toBeCloseTo(0.05, 2);
    engine.setTunnels([]);
    expect(run(engine, 1)[0]?.arcOfferedBps('xb:az')).toBe(4e9);
  });

  it('falls back to the IGP when the path of a tunnel breaks', () => {
    const scenario = stillScenario(['{ atSeconds: 2, kind: fibre-cut, link: yb, durationSeconds: 100 }'], {
      igpConvergenceSeconds: 1,
    });
    const engine = engineOf(diamond, traffic, scenario);
    engine.setTunnels([tunnel('A>B', 'ay:az', 'yb:az')]);
    const results = run(engine, 4);
    expect(results.map((result) => result.arcOfferedBps('yb:az') / 1e9)).toEqual([4, 4, 4, 0]);
    expect(results.map((result) => Math.round(result.totals.lostBps / 1e9))).toEqual([0, 0, 4, 0]);
    expect(results[3]?.arcOfferedBps('xb:az')).toBe(4e9);
  });

  it('refuses tunnels that do not fit, by name', () => {
    const engine = engineOf(diamond, traffic, stillScenario());
    const rejected = engine.setTunnels([
      tunnel('A>Q', 'ay:az'),
      tunnel('A>B', 'ay:az', 'xb:az'),
      tunnel('A>B', 'ay:az'),
      tunnel('A>B', 'nope:az'),
      tunnel('A>B', 'ax:az', 'ax:za', 'ax:az', 'xb:az'),
    ]);
    expect(rejected.map((item) => item.reason)).toEqual([
      'there is no such demand',
      'arc xb:az does not continue the path',
      'the path does not end at the target',
      'there is no arc nope:az',
      'the path visits A twice',
    ]);
  });

  it('flaps down and up for a while', () => {
    const scenario = stillScenario(['{ atSeconds: 5, kind: flapping, link: xb, durationSeconds: 60 }']);
    const status = run(engineOf(diamond, traffic, scenario), 80).map(
      (result) => sampleAt(result, 'xb', 'a').operStatus,
    );
    const changes = status.filter((now, index) => index > 0 && now !== status[index - 1]).length;
    expect(changes).toBeGreaterThanOrEqual(6);
    expect(status.slice(66)).toEqual(Array.from({ length: 14 }, () => 'up'));
  });

  it('multiplies the demands of a node in a surge, and says so in the measured demands', () => {
    const scenario = stillScenario(['{ atSeconds: 1, kind: surge, node: B, durationSeconds: 2, strength: 2.5 }']);
    const engine = engineOf(diamond, [demand('A', 'B', 2), demand('B', 'A', 2)], scenario);
    const seen = Array.from({ length: 4 }, () => {
      engine.step(1);
      return engine.demandSet().demands.map((record) => record.bps / 1e9);
    });
    expect(seen).toEqual([
      [2, 2],
      [5, 2],
      [5, 2],
      [2, 2],
    ]);
  });

  it('finds the busiest link that can be spared', () => {
    const network = sketchNetwork([
      { id: 'stub', a: 'S', z: 'A' },
      ...diamond.links.map(({ id, a, z, metric }) => ({ id, a, z, metric: metric.az })),
    ]);
    const demands = [demand('S', 'B', 3), demand('X', 'A', 1)];
    const scenario = stillScenario([
      '{ atSeconds: 0, kind: corruption, link: busiest, durationSeconds: 10, strength: 0.1 }',
    ]);
    const [result] = run(engineOf(network, demands, scenario), 1);
    // `stub` carries as much but is a bridge.
    expect(result?.truth).toMatchObject([
      { kind: 'corruption', phase: 'begin', links: ['ax'], details: { arc: 'ax:az', strength: 0.1 } },
    ]);
  });

  it('keeps the number of random faults within bounds', () => {
    const scenario = parseScenario(`
format: detour-scenario/1
name: storm
faults:
  maxActive: 2
  fibreCut: { meanSecondsBetween: 3, duration: { between: [20, 40] } }
  surge: { meanSecondsBetween: 3, duration: { between: [20, 40] }, factor: [1, 2] }`);
    let active = 0;
    const counts = run(engineOf(diamond, traffic, scenario), 200).map((result) => {
      for (const record of result.truth) active += record.phase === 'begin' ? 1 : -1;
      return active;
    });
    expect(Math.max(...counts)).toBe(2);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(0);
  });

  it('refuses a scenario that names what the network does not have', () => {
    const scenario = stillScenario(['{ atSeconds: 0, kind: fibre-cut, link: nope, durationSeconds: 10 }']);
    expect(() => engineOf(diamond, traffic, scenario)).toThrow(
      'faults.scripted[0].link: network sketch has no link "nope"',
    );
  });
});

describe('the same seed', () => {
  const noisy = async (): Promise<Scenario> => {
    const demo = await loadScenario('demo');
    return { ...demo, faults: { ...demo.faults, quietSeconds: 0 } };
  };
  const plain = (results: readonly StepResult[]) =>
    results.map(({ atMs, measurements, truth, totals }) => ({ atMs, measurements, truth, totals }));

  it('gives the same run, another one another', async () => {
    const scenario = await noisy();
    const [one, two, other] = [1, 1, 2].map((seed) => plain(run(engineOf(diamond, null, scenario, seed), 300)));
    expect(one?.flatMap((result) => result.truth).length).toBeGreaterThan(4);
    expect(one).toEqual(two);
    expect(one).not.toEqual(other);
  });

  it('gives the same faults whatever is done about them', async () => {
    const scenario = await noisy();
    const [left, helped, again] = [false, true, true].map((help) => {
      const engine = engineOf(diamond, null, scenario);
      const first = run(engine, 20);
      if (help) engine.setTunnels([tunnel('A>B', 'ay:az', 'yb:az')]);
      return plain([...first, ...run(engine, 280)]);
    });
    expect(helped).toEqual(again);
    expect(helped).not.toEqual(left);
    expect(helped?.flatMap((result) => result.truth)).toEqual(left?.flatMap((result) => result.truth));
  });

  it('gives each kind of fault its own times and places: another kind beside it moves none', () => {
    const cuts = 'fibreCut: { meanSecondsBetween: 20, duration: { between: [5, 5] } }';
    const surges = 'surge: { meanSecondsBetween: 15, duration: { between: [5, 5] }, factor: [1, 2] }';
    const [alone, beside] = [cuts, `${surges}, ${cuts}`].map((kinds) => {
      const text = `format: detour-scenario/1\nname: t\nfaults: { maxActive: 100, ${kinds} }`;
      return run(engineOf(diamond, null, parseScenario(text)), 200)
        .flatMap((result) => result.truth)
        .filter((record) => record.kind === 'fibre-cut' && record.phase === 'begin')
        .map((record) => [record.atMs, record.links, record.details]);
    });
    expect(alone?.length).toBeGreaterThan(3);
    expect(beside).toEqual(alone);
  });

  it('measures the same demands however often they are asked for', async () => {
    const scenario = await noisy();
    const [curious, calm] = [engineOf(diamond, null, scenario), engineOf(diamond, null, scenario)];
    for (let step = 0; step < 5; step += 1) {
      curious.step(1);
      calm.step(1);
      curious.demandSet();
    }
    expect(curious.demandSet()).toEqual(calm.demandSet());
  });
});
