import { isDeepStrictEqual } from 'node:util';
import type { Highs } from 'highs';
import { createRng, fnv1a } from '../../../../src/core/rng.ts';
import type { BenchNetwork } from '../../networks.ts';
import { loadHighs } from '../../oracle/load.ts';
import { baseState, LEVELS } from '../base.ts';
import { ALL_MOVABLE_NODES } from '../contest.ts';
import { judgeFailure } from '../judge.ts';
import { type CaseRecord, keyOf, type Outcome } from '../record.ts';
import { CaseFile, makerDigest } from './case-file.ts';

const ORACLE_MS = 60_000;

/**
 * Opens a file of cases. One that other code made is gone on with where `count` of its cases, judged again, come to the
 * same figures: code that is faster and nothing else makes no other cases. Throws where one does not. Cases whose plan
 * was refused by `detour verify` are judged again in any case, and what comes of it takes their place.
 */
export async function openCases(
  path: string,
  networks: readonly BenchNetwork[],
  count: number | null,
): Promise<{ file: CaseFile; cases: CaseRecord[] }> {
  const digest = await makerDigest(networks);
  if (count === null) return CaseFile.open(path, digest);
  const highs = await loadHighs();
  let isOther = false;
  const { file, cases } = await CaseFile.open(path, digest, async (known) => {
    isOther = true;
    for (const record of chosenCases(known, count, digest)) await recheck(highs, networks, record);
    return true;
  });
  if (!isOther) return { file, cases };
  const renewed = new Map<string, CaseRecord>();
  for (const record of cases.filter(isRefused)) {
    const again = { ...record, outcome: await judgeAgain(highs, networks, record) };
    renewed.set(keyOf(record), again);
    file.add(again);
  }
  return { file, cases: cases.map((record) => renewed.get(keyOf(record)) ?? record) };
}

function isRefused({ outcome }: CaseRecord): boolean {
  return outcome !== null && outcome.refused !== null;
}

/** Random cases in which there was something to do, from each network and base in turn, so that each has its say. */
export function chosenCases(cases: readonly CaseRecord[], count: number, digest: string): CaseRecord[] {
  const rng = createRng(fnv1a(digest)).fork('recheck');
  const drawn = cases
    .filter((record) => record.outcome !== null && !isRefused(record))
    .map((record) => ({ record, key: rng.next() }))
    .sort((x, y) => x.key - y.key);
  const turns = new Map<string, number>();
  const inTurn = drawn.map(({ record }) => {
    const kind = `${record.network} ${record.base}`;
    const turn = (turns.get(kind) ?? 0) + 1;
    turns.set(kind, turn);
    return { record, turn };
  });
  return inTurn
    .sort((x, y) => x.turn - y.turn)
    .slice(0, count)
    .map(({ record }) => record);
}

async function recheck(highs: Highs, networks: readonly BenchNetwork[], record: CaseRecord): Promise<void> {
  const again = await judgeAgain(highs, networks, record);
  const differing = record.outcome && again ? differences(record.nodes, record.outcome, again) : ['all'];
  if (differing.length > 0) throw new Error(`${keyOf(record)} has become another case: ${differing.join(', ')}`);
}

/** The same questions as before. */
async function judgeAgain(
  highs: Highs,
  networks: readonly BenchNetwork[],
  record: CaseRecord,
): Promise<Outcome | null> {
  const network = networks.find(({ name }) => name === record.network);
  const level = LEVELS.find(({ mlu, limit }) => mlu === record.mlu && limit === record.limit);
  const base = network && level && baseState(network, record.base, record.seed, level);
  const failure = base?.failures.find(({ name }) => name === record.failure);
  const { outcome } = record;
  if (!base || !failure || !outcome) throw new Error(`there is no case ${keyOf(record)} here`);
  const { outcome: again } = await judgeFailure(highs, base, failure, {
    verify: outcome.isVerified,
    metrics: outcome.metrics !== null,
    thorough: outcome.naive !== null || outcome.optimum?.cost !== null,
    oracleMs: ORACLE_MS,
  });
  return again;
}

/** Names of the figures that differ; times do, and what ran out of time once says nothing. */
export function differences(nodes: number, was: Outcome, is: Outcome): string[] {
  const known = { ...was, elapsedMs: 0, allMovable: nodes > ALL_MOVABLE_NODES ? null : was.allMovable };
  const now = { ...is, elapsedMs: 0 };
  if (!known.allMovable || !now.allMovable) known.allMovable = now.allMovable = null;
  if (known.optimum && now.optimum) {
    for (const term of ['cost', 'twoPaths'] as const) {
      if (known.optimum[term] === null || now.optimum[term] === null) {
        known.optimum = { ...known.optimum, [term]: null };
        now.optimum = { ...now.optimum, [term]: null };
      }
    }
  }
  const names = Object.keys(known) as (keyof Outcome)[];
  return names.filter((name) => !isDeepStrictEqual(known[name], now[name]));
}
