import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchNetwork, benchNetworks } from '../../scripts/bench/networks.ts';
import { LEVELS } from '../../scripts/bench/quality/base.ts';
import { failureCount, failuresOfSeed } from '../../scripts/bench/quality/failures.ts';
import { type CaseRecord, keyOf } from '../../scripts/bench/quality/record.ts';
import { type Batch, batchesOf } from '../../scripts/bench/quality/run/batches.ts';
import { CaseFile, makerDigest } from '../../scripts/bench/quality/run/case-file.ts';
import { chosenCases, differences } from '../../scripts/bench/quality/run/recheck.ts';
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
  it('ends a network when it has enough contested cases, both bases together', () => {
    const found = play(new Schedule([network], { full: false, contested: 30 }));
    expect(found.length).toBeGreaterThanOrEqual(30);
    expect(found.length).toBeLessThan(30 + 12);
    expect(new Set(found.map(({ base }) => base))).toEqual(new Set(['igp', 'pinned']));
  });

  it('leaves a base out, but counts what a file has of it', () => {
    const schedule = new Schedule([network], { full: false, contested: 30, bases: ['igp'] });
    for (let at = 0; at < 20; at += 1) schedule.add(caseRecord({ base: 'pinned', failure: `link ${at}` }));
    const found = play(schedule);
    expect(new Set(found.map(({ base }) => base))).toEqual(new Set(['igp']));
    expect(found.length).toBeGreaterThanOrEqual(10);
    expect(found.length).toBeLessThan(10 + 12);
  });

  it('counts a case once, however often it is judged', () => {
    const schedule = new Schedule([network], { full: false, contested: 30 });
    for (let at = 0; at < 40; at += 1) schedule.add(caseRecord());
    expect(schedule.next()).not.toBeNull();
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

  it('is gone on with where its cases come out the same, and remembers whose they were', async () => {
    const path = join(folder, 'cases.jsonl');
    const { file } = await CaseFile.open(path, 'd1');
    file.add(caseRecord());
    await file.written();
    await expect(CaseFile.open(path, 'd2', async () => false)).rejects.toThrow('other code');
    const { cases } = await CaseFile.open(path, 'd2', async (known) => known.length === 1);
    expect(cases).toEqual([caseRecord()]);
    expect(JSON.parse((await readFile(path, 'utf8')).split('\n')[0] ?? '')).toMatchObject({
      digest: 'd2',
      before: ['d1'],
    });
    await expect(CaseFile.open(path, 'd1')).rejects.toThrow('other code');
  });

  it('draws cases of each network and base for another look, always the same ones', () => {
    const known = ['x', 'y'].flatMap((name) =>
      ['igp', 'pinned'].flatMap((base) =>
        Array.from({ length: name === 'x' ? 50 : 3 }, (_, at) =>
          caseRecord({ network: name, base: base as 'igp' | 'pinned', failure: `link ${at}` }),
        ),
      ),
    );
    const idle = caseRecord({ network: 'z', outcome: null });
    // What was refused is judged again in any case, and may come out another way.
    const refused = caseRecord({ network: 'z', outcome: outcome({ refused: 'order: no' }) });
    const chosen = chosenCases([...known, idle, refused], 8, 'd1');
    expect(chosen).toEqual(chosenCases([...known, idle, refused], 8, 'd1'));
    const kinds = chosen.map(({ network: name, base }) => `${name} ${base}`).sort();
    expect(kinds).toEqual(['x', 'y'].flatMap((name) => ['igp', 'igp', 'pinned', 'pinned'].map((b) => `${name} ${b}`)));
  });

  it('names the figures of a case that has become another one, times left out', () => {
    const was = outcome({ elapsedMs: 5 });
    expect(differences(14, was, outcome({ elapsedMs: 9 }))).toEqual([]);
    expect(differences(14, was, outcome({ moves: 2, gap: 0.1 }))).toEqual(['gap', 'moves']);
    const optimum = { overloadBps: 0, mlu: 0.8, cost: null, overTwo: 0, twoPaths: null, rounds: 1, isExact: true };
    expect(differences(14, was, outcome({ optimum }))).toEqual([]);
    expect(differences(14, was, outcome({ optimum: { ...optimum, mlu: 0.81 } }))).toEqual(['optimum']);
  });
});
