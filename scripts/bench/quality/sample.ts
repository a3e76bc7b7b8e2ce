import type { Highs } from 'highs';
import type { BenchNetwork } from '../networks.ts';
import { type BaseState, baseState, LEVELS, type PlanBase } from './base.ts';
import { type Judged, judge } from './judge.ts';
import { situationOf } from './situation.ts';

/** All cases of one network on one base that were looked at. */
export interface Stratum {
  readonly network: BenchNetwork;
  readonly base: PlanBase;
  readonly judged: Judged[];
  /** Failures after which there was nothing to do. */
  calm: number;
  spentMs: number;
  done: boolean;
}

export interface SampleOptions {
  readonly full: boolean;
  readonly untilMs: number;
  readonly isAborted: () => boolean;
}

/** Seeds of a full run; more are added while a network has too few contested cases. */
const SEEDS = 5;
const MOST_SEEDS = 40;
const ENOUGH_CONTESTED = 100;
/** Failures of one seed and level in turn, without `--full`. */
const BLOCK = 12;
/** No oracle takes longer without `--full`. */
const ORACLE_MS = 8_000;
const VERIFY_EVERY = 10;

/**
 * Judges cases until the time is over (a sample; each network gets the same time, each case is chosen by the seed), or
 * all of them.
 */
export async function sampleCases(
  highs: Highs,
  networks: readonly BenchNetwork[],
  options: SampleOptions,
): Promise<Stratum[]> {
  const strata = networks.flatMap((network) =>
    (['igp', 'pinned'] as const).map((base) => ({ network, base, judged: [], calm: 0, spentMs: 0, done: false })),
  );
  const walks = new Map<Stratum, AsyncGenerator<void>>(strata.map((one) => [one, walk(highs, one, options)]));
  for (;;) {
    const open = strata.filter(({ done }) => !done);
    if (open.length === 0 || options.isAborted() || performance.now() > options.untilMs) return strata;
    const next = options.full ? open[0] : open.reduce((least, one) => (share(one) < share(least) ? one : least));
    const startedMs = performance.now();
    const { done } = await (walks.get(next as Stratum) as AsyncGenerator<void>).next();
    (next as Stratum).spentMs += performance.now() - startedMs;
    if (done) (next as Stratum).done = true;
  }
}

/** Time that a stratum has had, by what its size makes a case cost. */
function share({ spentMs, network }: Stratum): number {
  return spentMs / (1 + network.network.nodes.length / 100);
}

/** Goes through the cases of a stratum, one a step. */
async function* walk(highs: Highs, stratum: Stratum, options: SampleOptions): AsyncGenerator<void> {
  for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
    if (seed > SEEDS && (!options.full || hasEnough(stratum))) break;
    for (const level of LEVELS) {
      const base = baseState(stratum.network, stratum.base, seed, level);
      const failures = options.full ? base.failures : base.failures.slice(0, BLOCK);
      for (const failure of failures) {
        yield* step(highs, stratum, base, failure, options);
      }
    }
  }
}

async function* step(
  highs: Highs,
  stratum: Stratum,
  base: BaseState,
  failure: BaseState['failures'][number],
  options: SampleOptions,
): AsyncGenerator<void> {
  const situation = situationOf(base, failure);
  if (!situation) {
    stratum.calm += 1;
    yield;
    return;
  }
  const isSmall = stratum.network.network.nodes.length <= 250;
  const oracleMs = performance.now() + (options.full ? 120_000 : ORACLE_MS);
  stratum.judged.push(
    await judge(highs, situation, {
      verify: isSmall && stratum.judged.length % VERIFY_EVERY === 0,
      naive: true,
      deadlineMs: Math.min(oracleMs, options.untilMs + 3_000),
    }),
  );
  yield;
}

/** Networks in many pieces and large ones may never get there. */
function hasEnough({ judged, network }: Stratum): boolean {
  if (network.network.nodes.length > 200) return true;
  return judged.filter(({ isContested }) => isContested).length >= ENOUGH_CONTESTED;
}
