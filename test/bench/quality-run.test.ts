import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchNetwork, benchNetworks } from '../../scripts/bench/networks.ts';
import { LEVELS } from '../../scripts/bench/quality/base.ts';
import { failureCount, failuresOfSeed } from '../../scripts/bench/quality/failures.ts';
import { type CaseRecord, keyOf } from '../../scripts/bench/quality/record.ts';
import { type Batch, batchesOf } from '../../scripts/bench/quality/run/batches.ts';
import { CaseFile, makerDigest } from '../../scripts/bench/quality/run/case-file.ts';
import { Schedule } from '../../scripts/bench/quality/run/schedule.ts';
import { caseRecord, outcome } from './case-record.ts';

const all = await benchNetworks();
const network = all.find(({ name }) => name === 'nsfnet') as BenchNetwork;

describe('batches', () => {
  it('hold every failure of every seed and level once, in an order that is always the same', () => {
    const batches = [...batchesOf('nsfnet', network.network, 'igp')];
    const count = failureCount(network.network);
    expect(failuresOfSeed(network.network, 3)).toHaveLength(count);
    for (const seed of [1, 5, 6]) {
      for (const level of LEVELS.keys()) {
        const own = batches.filter((batch) => batch.seed === seed && batch.level === level);
        const places = own.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at));
        expect(places.sort((x, y) => x - y)).toEqual(Array.from({ length: count }, (_, at) => at));
      }
    }
    expect([...batchesOf('nsfnet', network.network, 'igp')]).toEqual(batches);
    // Not level by level, nor seed by seed: a sample has something of each.
    expect(new Set(batches.slice(0, 20).map(({ seed }) => seed)).size).toBeGreaterThan(2);
    expect(new Set(batches.slice(0, 20).map(({ level }) => level)).size).toBeGreaterThan(2);
  });
});

function casesOf({ seed, level, base, from, to }: Batch): CaseRecord[] {
  const { mlu, limit } = LEVELS[level] as (typeof LEVELS)[number];
  const failures = failuresOfSeed(network.network, seed).slice(from, to);
  return failures.map(({ name: failure }) => caseRecord({ network: 'nsfnet', base, seed, mlu, limit, failure }));
}

/** Takes batches until the schedule ends, each case contested. */
function play(schedule: Schedule): CaseRecord[] {
  const found: CaseRecord[] = [];
  for (let next = schedule.next(); next; next = schedule.next()) {
    const records = casesOf(next.batch).filter((record) => !next?.skip.includes(keyOf(record)));
    for (const record of records) schedule.add(record);
    schedule.spent(next.batch, 1);
    found.push(...records);
  }
  return found;
}

describe('a schedule', () => {
  it('ends each base of a network when it has enough contested cases', () => {
    const found = play(new Schedule([network], { full: false, contested: 30 }));
    for (const base of ['igp', 'pinned']) {
      const count = found.filter((record) => record.base === base).length;
      expect(count).toBeGreaterThanOrEqual(30);
      expect(count).toBeLessThan(30 + 12);
    }
  });

  it('takes all cases of five seeds where all are asked', () => {
    const found = play(new Schedule([network], { full: true, contested: null }));
    expect(found).toHaveLength(2 * 5 * LEVELS.length * failureCount(network.network));
  });

  it('leaves out what is done already, and counts it', () => {
    const options = { full: false, contested: 30 };
    const first = new Schedule([network], options);
    const batch = first.next()?.batch as Batch;
    const done = casesOf(batch).slice(0, 5);
    const again = new Schedule([network], options);
    for (const record of done) again.add(record);
    const next = again.next();
    expect(next?.batch).toEqual(batch);
    expect(next?.skip.sort()).toEqual(done.map(keyOf).sort());
  });
});

describe('a file of cases', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'detour-cases-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('gives back what was added, the last of each case, and no torn line', async () => {
    const path = join(folder, 'deep', 'cases.jsonl');
    const { file } = await CaseFile.open(path, 'd1');
    const one = caseRecord({ failure: 'link a' });
    file.add(one);
    file.add(caseRecord({ failure: 'link b' }));
    file.add({ ...one, outcome: outcome({ moves: 7 }) });
    await file.written();
    await appendFile(path, '{"network":"nsf');
    const { cases } = await CaseFile.open(path, 'd1');
    expect(cases.map(({ failure, outcome: known }) => [failure, known?.moves])).toEqual([
      ['link a', 7],
      ['link b', 1],
    ]);
  });

  it('is refused where other code or other networks made it', async () => {
    const path = join(folder, 'cases.jsonl');
    await CaseFile.open(path, await makerDigest([network]));
    await expect(CaseFile.open(path, await makerDigest(all.slice(0, 1)))).rejects.toThrow(
      'other code or other networks',
    );
    await expect(CaseFile.open(path, await makerDigest([network]))).resolves.toBeDefined();
  });
});
