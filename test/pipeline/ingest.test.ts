import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { createIngest } from '../../src/pipeline/ingest.ts';
import type { InterfaceSample, Measurement } from '../../src/telemetry/sample.ts';
import { indexNetwork } from '../../topology/model.ts';
import { START_MS, sampleAt } from '../health/samples.ts';
import { testNetwork } from './networks.ts';

function measurementAt(second: number, changes: Partial<Measurement> = {}): Measurement {
  const { receivedAtMs: _, ...measurement } = sampleAt(second, 'a', { linkId: 'L0', deviceId: 'A', ...changes });
  return measurement;
}

function door() {
  const queued: InterfaceSample[] = [];
  const told: [string, number][] = [];
  const ingest = createIngest({
    queue: { append: async (samples) => void queued.push(...samples) },
    network: indexNetwork(testNetwork(2)),
    clock: new ManualClock(START_MS + 10_000),
    onRefused: (code, count) => told.push([code, count]),
  });
  return { ingest, queued, told };
}

describe('accept', () => {
  test('stamps the time of receipt and keeps the order', async () => {
    const { ingest, queued, told } = door();
    const answer = await ingest.accept([measurementAt(9), measurementAt(8), measurementAt(10, { linkId: 'L1' })]);
    expect(answer).toEqual({ accepted: 3, refused: [] });
    expect(queued.map(({ atMs, receivedAtMs }) => [atMs - START_MS, receivedAtMs - START_MS])).toEqual([
      [9000, 10_000],
      [8000, 10_000],
      [10_000, 10_000],
    ]);
    expect(told).toEqual([]);
  });

  test('refuses by place, code, field and value what cannot be right, and takes the rest', async () => {
    const { ingest, queued, told } = door();
    const { accepted, refused } = await ingest.accept([
      measurementAt(10),
      measurementAt(10, { linkId: 'L9' }),
      measurementAt(10, { deviceId: 'Z' }),
      measurementAt(10, { atMs: START_MS + 15_001 }),
      measurementAt(10, { atMs: START_MS + 15_000 }),
      measurementAt(10, { atMs: START_MS + 10_000 - 3_600_001 }),
      measurementAt(10, { inOctets: Number.POSITIVE_INFINITY }),
      measurementAt(10, { linkId: '__proto__' }),
      measurementAt(10, { capacityBps: Number.POSITIVE_INFINITY }),
    ]);
    expect(accepted).toBe(2);
    expect(queued).toHaveLength(2);
    expect(refused.map(({ index, code, field }) => [index, code, field])).toEqual([
      [1, 'DETOUR_ERR_UNKNOWN_LINK', 'linkId'],
      [2, 'DETOUR_ERR_INVALID_INPUT', 'deviceId'],
      [3, 'DETOUR_ERR_CLOCK_SKEW', 'atMs'],
      [5, 'DETOUR_ERR_SAMPLE_TOO_OLD', 'atMs'],
      [6, 'DETOUR_ERR_INVALID_INPUT', 'inOctets'],
      [7, 'DETOUR_ERR_UNKNOWN_LINK', 'linkId'],
      [8, 'DETOUR_ERR_INVALID_INPUT', 'capacityBps'],
    ]);
    expect(refused[0]).toMatchObject({ value: 'L9', message: 'is not a link of the network' });
    expect(told).toContainEqual(['DETOUR_ERR_UNKNOWN_LINK', 2]);
    expect(ingest.refusals().get('DETOUR_ERR_INVALID_INPUT')).toBe(3);
  });

  test('takes 10,000 at once and not one more', async () => {
    const { ingest, queued } = door();
    const many = Array.from({ length: 10_000 }, () => measurementAt(10));
    await expect(ingest.accept([...many, measurementAt(10)])).rejects.toMatchObject({
      code: 'DETOUR_ERR_INVALID_INPUT',
      field: 'samples',
      value: 10_001,
    });
    expect(queued).toHaveLength(0);
    expect((await ingest.accept(many)).accepted).toBe(10_000);
  });

  test('passes a full queue on to the caller and counts nothing as refused', async () => {
    const ingest = createIngest({
      queue: { append: () => Promise.reject(new Error('full')) },
      network: indexNetwork(testNetwork(1)),
      clock: new ManualClock(START_MS),
    });
    await expect(ingest.accept([measurementAt(0), measurementAt(0, { linkId: 'L9' })])).rejects.toThrow('full');
    expect(ingest.refusals().size).toBe(0);
  });
});

describe('push', () => {
  test('leaves the times of a source alone, also of one that runs ahead of the clock', async () => {
    const { ingest, queued } = door();
    const ahead = sampleAt(5000, 'a', { linkId: 'L0', receivedAtMs: START_MS + 10_000 });
    await ingest.push([ahead, { ...ahead, linkId: 'L9' }]);
    expect(queued).toEqual([ahead]);
  });
});
