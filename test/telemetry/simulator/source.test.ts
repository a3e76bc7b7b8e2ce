import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { compileSchema } from '../../../src/core/schema.ts';
import type { DemandSet } from '../../../src/reroute/plan.ts';
import type { Tunnel } from '../../../src/reroute/proposal.ts';
import type { TruthRecord } from '../../../src/store/store.ts';
import { type InterfaceSample, InterfaceSampleSchema } from '../../../src/telemetry/sample.ts';
import { createEngine, type Engine } from '../../../src/telemetry/simulator/engine.ts';
import { type SimulatorOptions, SimulatorSource } from '../../../src/telemetry/simulator/source.ts';
import { demand, diamond, stillScenario } from './networks.ts';

const START_MS = Date.UTC(2026, 0, 1);
const never = new Promise<never>(() => undefined);

function engineWith(faults: readonly string[]): Engine {
  return createEngine({
    network: diamond,
    demands: [demand('A', 'B', 4)],
    scenario: stillScenario(faults),
    seed: 1,
    startMs: START_MS,
  });
}

/** A source with receivers that remember, and a clock that is moved by hand. */
function harness(options: Partial<SimulatorOptions> = {}, faults: readonly string[] = []) {
  const clock = new ManualClock(START_MS);
  const batches: (readonly InterfaceSample[])[] = [];
  const demands: DemandSet[] = [];
  const truth: TruthRecord[] = [];
  const errors: unknown[] = [];
  const source = new SimulatorSource({
    engine: engineWith(faults),
    speed: 1,
    sink: { push: async (samples) => void batches.push(samples) },
    readTunnels: async () => ({ version: 0, tunnels: [] }),
    writeDemands: async (set) => void demands.push(set),
    truth: { append: async (record) => void truth.push(record) },
    clock,
    onError: (error) => errors.push(error),
    ...options,
  });
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second += 1) {
      await source.tick();
      clock.advance(1000);
    }
  };
  return { source, clock, batches, demands, truth, errors, seconds };
}

function loadBps(batch: readonly InterfaceSample[], linkId: string): number {
  const sample = batch.find((candidate) => candidate.linkId === linkId && candidate.end === 'a');
  return ((sample?.outOctets ?? Number.NaN) * 8000) / (sample?.intervalMs ?? Number.NaN);
}

describe('SimulatorSource', () => {
  it('hands out one valid sample per interface and second, at wall-clock time', async () => {
    const { batches, seconds } = harness();
    await seconds(10);
    const checker = compileSchema(InterfaceSampleSchema, 'INVALID_INPUT');
    expect(batches.map((batch) => batch.length)).toEqual(Array.from({ length: 10 }, () => 10));
    batches.forEach((batch, second) => {
      for (const sample of batch) {
        expect(checker.problems(sample)).toEqual([]);
        expect(sample).toMatchObject({ atMs: START_MS + second * 1000, receivedAtMs: sample.atMs, intervalMs: 1000 });
      }
    });
  });

  it.each([0.25, 1, 1.5, 7, 50, 1000])('keeps rates right and sends one sample a second at speed %d', async (speed) => {
    const { batches, seconds } = harness({ speed });
    await seconds(9);
    expect(batches.length).toBe(9);
    for (const batch of batches) expect(Math.abs(loadBps(batch, 'ax') / 4e9 - 1)).toBeLessThan(0.02);
    const covered = batches.reduce((sum, batch) => sum + (batch[0]?.intervalMs ?? 0), 0);
    expect(covered).toBeGreaterThan(7500);
    expect(covered).toBeLessThanOrEqual(9000);
    if (speed === 1000) expect(batches.at(-1)?.[0]?.atMs).toBe(START_MS + 8000);
  });

  it('catches up a little after a pause and lets the rest go', async () => {
    const { batches, clock, seconds, source } = harness();
    await seconds(2);
    clock.advance(60_000);
    await source.tick();
    expect(batches.at(-1)?.[0]?.intervalMs).toBe(3000);
    clock.advance(-3_600_000);
    await seconds(2);
    expect(batches.slice(3).map((batch) => batch[0]?.intervalMs)).toEqual([1000, 1000]);
  });

  it('hands out samples that join on to each other although it is late by most of a second now and then', async () => {
    const { batches, clock, source } = harness();
    for (const waitMs of [1000, 1700, 300, 1000, 1900, 1100, 200, 1000]) {
      await source.tick();
      clock.advance(waitMs);
    }
    const samples = batches.map((batch) => batch[0] as InterfaceSample);
    expect(samples.length).toBeGreaterThanOrEqual(7);
    for (const [index, { atMs, intervalMs, receivedAtMs }] of samples.entries()) {
      expect(atMs).toBeLessThanOrEqual(receivedAtMs);
      if (index > 0) expect(atMs - (intervalMs ?? Number.NaN)).toBe(samples[index - 1]?.atMs);
    }
  });

  it('follows the tunnels that are wanted', async () => {
    let wanted: { version: number; tunnels: Tunnel[] } = { version: 1, tunnels: [] };
    const rejected: string[] = [];
    const { batches, seconds } = harness({
      readTunnels: async () => wanted,
      onRejected: (items) => rejected.push(...items.map((item) => item.demand)),
    });
    await seconds(2);
    const paths = [{ share: 1, arcs: ['ay:az', 'yb:az'] }];
    const tunnel = { demand: 'A>B', source: 'A', target: 'B', paths, proposalId: 'p' };
    wanted = { version: 2, tunnels: [tunnel, { ...tunnel, demand: 'gone' }] };
    await seconds(2);
    expect(loadBps(batches[1] ?? [], 'ax') / 4e9).toBeCloseTo(1, 2);
    expect(loadBps(batches[3] ?? [], 'ax') / 4e9).toBeCloseTo(0, 2);
    expect(loadBps(batches[3] ?? [], 'ay') / 4e9).toBeCloseTo(1, 2);
    expect(rejected).toEqual(['gone']);
  });

  it('knows the standing tunnels before its first sample', async () => {
    const tunnels = [
      { demand: 'A>B', source: 'A', target: 'B', paths: [{ share: 1, arcs: ['ay:az', 'yb:az'] }], proposalId: 'p' },
    ];
    const { batches, seconds } = harness({ readTunnels: async () => ({ version: 9, tunnels }) });
    await seconds(1);
    expect(loadBps(batches[0] ?? [], 'ay') / 4e9).toBeCloseTo(1, 2);
  });

  it('measures the demands every five seconds', async () => {
    const { demands, seconds } = harness();
    await seconds(11);
    expect(demands.map((set) => set.atMs)).toEqual([START_MS, START_MS + 5000, START_MS + 10_000]);
    expect(demands[0]).toMatchObject({ source: 'measured', demands: [{ id: 'A>B', bps: 4e9 }] });
  });

  it('tells the truth to its own channel only', async () => {
    const fault = '{ atSeconds: 2, kind: corruption, link: ax, direction: az, durationSeconds: 3, strength: 0.25 }';
    const { truth, batches, demands, seconds } = harness({}, [fault]);
    await seconds(6);
    const faults = truth.filter((record) => record.kind !== 'totals');
    expect(faults.map((record) => [record.phase, record.atMs - START_MS, record.details.simulatedAtMs])).toEqual([
      ['begin', 2000, START_MS + 2000],
      ['end', 5000, START_MS + 5000],
    ]);
    const [, totals] = truth.filter((record) => record.kind === 'totals');
    expect(totals?.details).toMatchObject({ offeredBps: 4e9, deliveredBps: 4e9, lostBps: 0 });
    expect(JSON.stringify([batches, demands])).not.toMatch(/corruption|strength|lostBps/);
  });

  it('survives a sink that fails: keeps the newest half minute, counts the rest, reports', async () => {
    let broken = true;
    const batches: (readonly InterfaceSample[])[] = [];
    const push = async (samples: readonly InterfaceSample[]) => {
      if (broken) throw new Error('sink is broken');
      batches.push(samples);
    };
    const { source, seconds, errors } = harness({ sink: { push } });
    await seconds(40);
    expect(source.droppedBatches).toBe(10);
    expect(errors.length).toBe(40);
    broken = false;
    await seconds(1);
    const times = batches.map((batch) => ((batch[0]?.atMs ?? 0) - START_MS) / 1000);
    expect(times).toEqual(Array.from({ length: 30 }, (_, index) => index + 11));
  });

  it('goes on while a failing store cannot say which tunnels are wanted', async () => {
    const { batches, errors, seconds } = harness({ readTunnels: async () => Promise.reject(new Error('no store')) });
    await seconds(3);
    expect(batches.length).toBe(3);
    expect(errors.length).toBeGreaterThanOrEqual(3);
  });

  it('starts, sends by itself, and stops for good; twice is no harm', async () => {
    let arrived: (count: number) => void = () => undefined;
    const first = new Promise<number>((resolve) => {
      arrived = resolve;
    });
    let count = 0;
    const push = async () => {
      count += 1;
      arrived(count);
    };
    const { source } = harness({ sink: { push } });
    await source.start();
    await source.start();
    expect(await first).toBe(1);
    await source.stop();
    await source.stop();
    expect(count).toBe(1);
  });

  it('neither starts nor stops late because a receiver hangs', async () => {
    const { source } = harness({ sink: { push: () => never }, readTunnels: () => never });
    await source.start();
    await source.stop();
  });
});
