import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { HistoryRecord } from '../../../src/store/history-record.ts';
import { createEngine } from '../../../src/telemetry/simulator/engine.ts';
import { recordsOfReadings } from '../../../src/telemetry/simulator/reading-records.ts';
import { loadScenario, parseScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { SimulatorSource } from '../../../src/telemetry/simulator/source.ts';
import { loadNetwork } from '../../../topology/files.ts';

const START_MS = Date.UTC(2026, 0, 5, 20);

function scripted(fault: string) {
  return parseScenario(
    `format: detour-scenario/1\nname: test\nfaults: { scripted: [${fault}] }\ntraffic: { peakUtilisation: 0.3 }`,
  );
}

async function engineWith(fault: string, name = 'abilene') {
  const { network } = await loadNetwork(name);
  return createEngine({ network, demands: null, scenario: scripted(fault), seed: 1, startMs: START_MS });
}

/** What is read after this many seconds, by thing. */
async function readAfter(
  seconds: number,
  fault: string,
  name = 'abilene',
): Promise<Map<string, Readonly<Record<string, number>>>> {
  const engine = await engineWith(fault, name);
  for (let second = 0; second < seconds; second += 1) engine.step(1);
  const read = new Map<string, Record<string, number>>();
  for (const { kind, id, values } of recordsOfReadings(engine.readings(), START_MS)) {
    read.set(`${kind} ${id}`, { ...read.get(`${kind} ${id}`), ...values });
  }
  return read;
}

const QUIET = '{ atSeconds: 9000, kind: maintenance, link: nyc-c1--bos-c1, durationSeconds: 1 }';

/** What no router or transceiver that is well would ever show. */
const POSSIBLE: Readonly<Record<string, readonly [number, number]>> = {
  cpuRatio: [0.01, 0.8],
  memoryRatio: [0.2, 0.9],
  temperatureCelsius: [20, 65],
  rxPowerDbm: [-14, -2],
  preFecBitErrorRatio: [1e-4, 0.02],
  transceiverTemperatureCelsius: [30, 55],
  activeSessions: [100, 50_000],
  sessionStartsPerMinute: [0, 1000],
  sessionStopsPerMinute: [0, 1000],
  failedLoginsPerMinute: [0, 100],
};

describe('readings', () => {
  it('are there for routers, access routers and transceivers, within what is physically possible', async () => {
    const read = await readAfter(10, QUIET, 'backbone-100');
    const count = (metric: string) => [...read.values()].filter((values) => values[metric] !== undefined).length;
    expect(count('cpuRatio')).toBe(100);
    expect(count('activeSessions')).toBe(62);
    expect(count('rxPowerDbm')).toBe(320);
    expect(count('transceiverTemperatureCelsius')).toBe(320);
    // Short links and the few of 10G are plain optics.
    expect(count('preFecBitErrorRatio')).toBeGreaterThan(150);
    expect(count('preFecBitErrorRatio')).toBeLessThan(320);
    const figures = [...read.values()].flatMap((values) => Object.entries(values));
    const odd = figures.filter(([metric, value]) => {
      const [low, high] = POSSIBLE[metric] as readonly [number, number];
      return !(value >= low && value <= high);
    });
    expect(odd).toEqual([]);
  });

  it('fade before an optical link falls, and are dark after it', async () => {
    const fault = '{ atSeconds: 0, kind: optical-decay, link: nyc-c1--bos-c1, leadSeconds: 60, durationSeconds: 600 }';
    const at = (seconds: number) => readAfter(seconds, fault, 'backbone-100');
    const [before, late, after] = await Promise.all([at(1), at(60), at(64)]);
    const ends = ['interface nyc-c1--bos-c1:a', 'interface nyc-c1--bos-c1:z'];
    const power = (read: typeof before) => ends.map((end) => read.get(end)?.rxPowerDbm as number);
    const fallen = power(before).map((dbm, at) => dbm - (power(late)[at] as number));
    expect(Math.max(...fallen)).toBeGreaterThan(2);
    expect(Math.min(...fallen)).toBeLessThan(1);
    const errors = ends.map((end) => late.get(end)?.preFecBitErrorRatio as number);
    expect(Math.max(...errors)).toBeGreaterThan(0.01);
    expect(power(after)).toEqual([-40, -40]);
    expect(ends.map((end) => after.get(end)?.preFecBitErrorRatio)).toEqual([undefined, undefined]);
  });

  it('show a router whose processor and then whose links give way', async () => {
    const fault = '{ atSeconds: 0, kind: overload, link: STTL-SNVA, leadSeconds: 100, durationSeconds: 600 }';
    const engine = await engineWith(fault);
    const cpuOf = () => engine.readings()[0]?.figures.cpuRatio?.[0] as number;
    let latencyMs: number | null = null;
    const samples = Array.from({ length: 110 }, (_, second) => {
      const result = engine.step(1);
      const own = result.measurements.find(({ linkId, end }) => linkId === 'STTL-SNVA' && end === 'a');
      if (second === 0) latencyMs = own?.latencyMs ?? null;
      return { cpu: second % 50 === 0 || second === 109 ? cpuOf() : 0, own };
    });
    expect(samples[0]?.cpu).toBeLessThan(0.6);
    expect(samples[50]?.cpu).toBeGreaterThan(samples[0]?.cpu as number);
    expect(samples[109]?.cpu).toBeGreaterThan(0.9);
    const last = samples[109]?.own;
    expect((last?.latencyMs as number) - (latencyMs as unknown as number)).toBeGreaterThan(50);
    expect((last?.outDiscards as number) / (last?.outPackets as number)).toBeGreaterThan(0.01);
    expect(samples[95]?.own?.outDiscards).toBe(0);
  });

  it('warm up before cards fail by heat', async () => {
    const fault = '{ atSeconds: 0, kind: overheating, link: STTL-SNVA, leadSeconds: 100, durationSeconds: 600 }';
    const [before, late] = await Promise.all([readAfter(1, fault), readAfter(99, fault)]);
    const celsius = (read: typeof before) => read.get('device STTL')?.temperatureCelsius as number;
    expect(celsius(late) - celsius(before)).toBeGreaterThan(20);
  });
});

describe('faults that are not seen by status alone', () => {
  const operOf = async (fault: string) => {
    const engine = await engineWith(fault);
    const results = Array.from({ length: 20 }, () => engine.step(1));
    const last = results.at(-1)?.measurements.filter(({ linkId }) => linkId === 'STTL-SNVA') ?? [];
    return { last, truth: results.flatMap(({ truth }) => truth) };
  };

  it('a black hole is up, forwards nothing and counts no errors', async () => {
    const { last } = await operOf('{ atSeconds: 1, kind: black-hole, link: STTL-SNVA, durationSeconds: 60 }');
    expect(last.map(({ operStatus }) => operStatus)).toEqual(['up', 'up']);
    const [a, z] = last;
    const pairs = [
      [a?.outPackets, z?.inPackets],
      [z?.outPackets, a?.inPackets],
    ];
    const lost = pairs.filter(([sent, received]) => (sent as number) >= 1000 && received === 0);
    expect(lost).toHaveLength(1);
    expect(last.map(({ inErrors }) => inErrors)).toEqual([0, 0]);
  });

  it('maintenance shuts a link, and says so', async () => {
    const { last, truth } = await operOf('{ atSeconds: 1, kind: maintenance, link: STTL-SNVA, durationSeconds: 60 }');
    expect(last.map(({ adminStatus, operStatus }) => [adminStatus, operStatus])).toEqual([
      ['down', 'down'],
      ['down', 'down'],
    ]);
    expect(truth).toMatchObject([{ kind: 'maintenance', phase: 'begin', links: ['STTL-SNVA'] }]);
  });
});

describe('a source with somewhere to put readings', () => {
  it('hands them over every ten seconds', async () => {
    const { network } = await loadNetwork('abilene');
    const clock = new ManualClock(START_MS);
    const written: (readonly HistoryRecord[])[] = [];
    const source = new SimulatorSource({
      engine: createEngine({
        network,
        demands: null,
        scenario: await loadScenario('calm'),
        seed: 1,
        startMs: START_MS,
      }),
      speed: 1,
      sink: { push: async () => undefined },
      readTunnels: async () => ({ version: 0, tunnels: [] }),
      writeDemands: async () => undefined,
      writeReadings: async (records) => {
        written.push(records);
      },
      truth: { append: async () => undefined },
      clock,
      onError: (error) => {
        throw error;
      },
    });
    for (let second = 0; second < 21; second += 1) {
      await source.tick();
      clock.advance(1000);
    }
    expect(written.map(([first]) => first?.atMs)).toEqual([START_MS, START_MS + 10_000, START_MS + 20_000]);
    const router = written[1]?.find(({ kind, id }) => kind === 'device' && id === network.nodes[0]?.id);
    expect(router?.values.cpuRatio).toBeGreaterThan(0);
  });
});
