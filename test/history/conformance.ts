import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type HistoryReader,
  type HistoryWriter,
  HOUR_MS,
  MINUTE_MS,
  type RangeQuery,
} from '../../src/history/history.ts';
import type { HistoryRecord } from '../../src/store/history-record.ts';
import { type Bucket, bucketsOf, expectedBuckets, quantile } from './brute-force.ts';

export interface HistoryFixture {
  readonly writer: HistoryWriter;
  readonly reader: HistoryReader;
  /** Tells it what time it is, so that what is due is done; returns when everything written can be read. */
  advanceTo(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface HistoryCase {
  /** An empty history, whose clock stands at `nowMs`. */
  create(nowMs: number): Promise<HistoryFixture>;
  /** Start of an hour; everything written lies in the three hours from there on. */
  readonly baseMs: number;
  readonly runs: number;
}

const IDS = ['AB:az', 'AB:za', 'O\'Hare \\ "x" {y}:az'] as const;
const METRICS = ['loadBps', 'lossRatio'] as const;

/** Values that a float holds exactly, so that only the arithmetic of means can differ. */
const value = fc.integer({ min: -1000, max: 1000 }).map((whole) => whole / 8);

function recordsFrom(baseMs: number): fc.Arbitrary<HistoryRecord[]> {
  const record = fc.record({
    second: fc.integer({ min: 0, max: 3 * 3600 - 1 }),
    id: fc.constantFrom(...IDS),
    values: fc.dictionary(fc.constantFrom(...METRICS), value, { minKeys: 1 }),
  });
  const distinct = {
    selector: (r: { id: string; second: number }) => `${r.id} ${r.second}`,
    minLength: 1,
    maxLength: 60,
  };
  return fc
    .uniqueArray(record, distinct)
    .map((list) =>
      list
        .toSorted((x, y) => x.second - y.second)
        .map(({ second, id, values }) => ({ kind: 'arc', id, atMs: baseMs + second * 1000 + 250, values })),
    );
}

/** What every implementation of history has to do. */
export function historyConformance({ create, baseMs, runs }: HistoryCase): void {
  let fixture: HistoryFixture | null = null;
  beforeEach(() => {
    fixture = null;
  });
  afterEach(async () => fixture?.close());
  const query = (changes: Partial<RangeQuery> = {}): RangeQuery => ({
    kind: 'arc',
    ids: null,
    metrics: null,
    fromMs: baseMs,
    toMs: baseMs + 3 * HOUR_MS,
    stepMs: MINUTE_MS,
    ...changes,
  });

  it('answers every bucket as counting by hand does, whenever it is asked', { timeout: 120_000 }, async () => {
    const batches = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(recordsFrom(baseMs), batches, async (records, parts) => {
        const under = await create(baseMs);
        try {
          const size = Math.ceil(records.length / parts);
          for (let start = 0; start < records.length; start += size) {
            const batch = records.slice(start, start + size);
            // Records come late by anything up to hours: what was rolled up and closed before is made anew.
            await under.advanceTo((batch.at(-1)?.atMs ?? 0) + 1000);
            await under.writer.append(batch, { id: `${start + 1}-0`, number: start + 1 });
            await under.advanceTo((batch.at(-1)?.atMs ?? 0) + 30_000);
            await compare(under.reader, records.slice(0, start + size), query());
          }
          await under.advanceTo(baseMs + 3 * HOUR_MS + 5 * MINUTE_MS);
          for (const stepMs of [MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, 7 * MINUTE_MS]) {
            await compare(under.reader, records, query({ stepMs }));
          }
          await compare(under.reader, records, query({ stepMs: 5000, toMs: baseMs + 2 * HOUR_MS }));
          const ids = [IDS[2]];
          await compare(under.reader, records, query({ ids, metrics: ['loadBps'], fromMs: baseMs + 12_345_678 / 2 }));
        } finally {
          await under.close();
        }
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });

  it('leaves a gap where nothing was known, and nothing of things it never heard of', async () => {
    fixture = await create(baseMs);
    const at = [0, 1, 4].map((minute) => baseMs + minute * MINUTE_MS + 500);
    const records = at.map((atMs) => ({ kind: 'link', id: 'L', atMs, values: { score: 0 } }) as const);
    await fixture.writer.append(records, { id: '1-0', number: 1 });
    await fixture.advanceTo(baseMs + 6 * MINUTE_MS);
    const answer = await fixture.reader.range(query({ kind: 'link', toMs: baseMs + 5 * MINUTE_MS }));
    expect(answer.series.map(({ mean }) => mean)).toEqual([[0, 0, null, null, 0]]);
    expect((await fixture.reader.range(query({ kind: 'link', ids: ['unknown'] }))).series).toEqual([]);
    expect((await fixture.reader.range(query({ kind: 'device' }))).series).toEqual([]);
  });

  it('gives the percentile of the samples of a minute', async () => {
    fixture = await create(baseMs);
    const values = Array.from({ length: 30 }, (_, index) => (index * 7) % 30);
    const records = values.map(
      (score, index) => ({ kind: 'link', id: 'L', atMs: baseMs + index * 2000, values: { score } }) as const,
    );
    await fixture.writer.append(records, { id: '1-0', number: 1 });
    await fixture.advanceTo(baseMs + 2 * MINUTE_MS);
    const [series] = (await fixture.reader.range(query({ kind: 'link', toMs: baseMs + MINUTE_MS }))).series;
    expect(series?.p95[0]).toBeCloseTo(quantile(values, 0.95), 4);
  });

  it('knows what is usual at an hour of the day', async () => {
    fixture = await create(baseMs + 3 * HOUR_MS);
    const minutes = Array.from({ length: 120 }, (_, minute) => ({ minute, score: (minute * 37) % 101 }));
    const records = minutes.map(
      ({ minute, score }) =>
        ({ kind: 'link', id: 'L', atMs: baseMs + minute * MINUTE_MS + 1000, values: { score } }) as const,
    );
    await fixture.writer.append(records, { id: '1-0', number: 1 });
    await fixture.advanceTo(baseMs + 3 * HOUR_MS + 60_000);
    const { hours } = await fixture.reader.baseline({
      kind: 'link',
      id: 'L',
      metric: 'score',
      days: 7,
      toMs: baseMs + 3 * HOUR_MS,
    });
    const firstHour = new Date(baseMs).getUTCHours();
    expect(hours.map(({ hour }) => hour).toSorted((x, y) => x - y)).toEqual(
      [firstHour, (firstHour + 1) % 24].toSorted((x, y) => x - y),
    );
    const known = hours.find(({ hour }) => hour === firstHour);
    const scores = minutes.slice(0, 60).map(({ score }) => score);
    const day = new Date(baseMs).getUTCDay();
    expect(known).toMatchObject({ minutes: 60, days: 1, dayType: day === 0 || day === 6 ? 'weekend' : 'workday' });
    expect(known?.p5).toBeCloseTo(quantile(scores, 0.05), 4);
    expect(known?.p50).toBeCloseTo(quantile(scores, 0.5), 4);
    expect(known?.p95).toBeCloseTo(quantile(scores, 0.95), 4);
  });

  it('reads minutes in bulk, each once', async () => {
    fixture = await create(baseMs + 3 * HOUR_MS);
    const records = Array.from({ length: 150 }, (_, index) => ({
      kind: 'arc' as const,
      id: IDS[index % 2] as string,
      atMs: baseMs + index * MINUTE_MS + 1000,
      values: { loadBps: index, lossRatio: index / 8 },
    }));
    await fixture.writer.append(records, { id: '1-0', number: 1 });
    await fixture.advanceTo(baseMs + 3 * HOUR_MS + 60_000);
    const found: string[] = [];
    const all = { ids: null, metrics: ['loadBps'], fromMs: baseMs, toMs: baseMs + 2 * HOUR_MS + 10 * MINUTE_MS };
    for await (const block of fixture.reader.scan({ kind: 'arc', ...all })) {
      expect(block.metric).toBe('loadBps');
      block.atMs.forEach((atMs, row) => {
        expect(block.count[row]).toBe(1);
        found.push(`${block.id} ${atMs} ${block.mean[row]}`);
      });
    }
    const expected = records.slice(0, 130).map(({ id, atMs, values }) => `${id} ${atMs - 1000} ${values.loadBps}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('refuses what would be too large, naming the step', async () => {
    fixture = await create(baseMs);
    await expect(fixture.reader.range(query({ stepMs: 1000, fromMs: baseMs - 10 * HOUR_MS }))).rejects.toMatchObject({
      code: 'DETOUR_ERR_INVALID_INPUT',
      field: 'step',
    });
    await expect(fixture.reader.range(query({ toMs: baseMs }))).rejects.toMatchObject({ field: 'to' });
  });
}

async function compare(reader: HistoryReader, records: readonly HistoryRecord[], query: RangeQuery): Promise<void> {
  const answer = await reader.range(query);
  for (const id of query.ids ?? IDS) {
    for (const metric of query.metrics ?? METRICS) {
      const series = answer.series.find((each) => each.id === id && each.metric === metric);
      const expected = expectedBuckets(records, answer, query, { id, metric });
      if (!series) expect(expected.filter(({ count }) => count > 0)).toEqual([]);
      else for (const [index, bucket] of bucketsOf(series).entries()) expectClose(bucket, expected[index] as Bucket);
    }
  }
}

function expectClose(bucket: Bucket, expected: Bucket): void {
  expect({ ...bucket, mean: null }).toEqual({ ...expected, mean: null });
  if (expected.mean === null) expect(bucket.mean).toBeNull();
  else expect(bucket.mean).toBeCloseTo(expected.mean, 3);
}
