import { createRng, fnv1a, type Rng } from '../../../../src/core/rng.ts';
import type { Network } from '../../../../topology/model.ts';
import { LEVELS, type PlanBase } from '../base.ts';
import { failureCount } from '../failures.ts';

/** Failures of one traffic at one utilisation; what a worker gets at once. */
export interface Batch {
  readonly network: string;
  readonly base: PlanBase;
  readonly seed: number;
  /** Index into LEVELS. */
  readonly level: number;
  /** Of the shuffled failures, from (included) and to (not included). */
  readonly from: number;
  readonly to: number;
}

/** Seeds that every network has. */
export const SEEDS = 5;
/** More are added while contested cases are too few, but not for ever. */
export const MOST_SEEDS = 60;
const BATCH = 12;

/**
 * All batches of a network on a base, first those of seeds 1 to 5 and then seed by seed, each in an order that is random
 * but always the same: wherever it stops, what was done is no choice of ours.
 */
export function* batchesOf(name: string, network: Network, base: PlanBase): Generator<Batch> {
  const rng = createRng(fnv1a(`${name} ${base}`)).fork('batches');
  const count = failureCount(network);
  yield* shuffled(
    range(1, SEEDS + 1).flatMap((seed) => batchesOfSeed(name, base, seed, count)),
    rng,
  );
  for (let seed = SEEDS + 1; seed <= MOST_SEEDS; seed += 1) {
    yield* shuffled(batchesOfSeed(name, base, seed, count), rng);
  }
}

function batchesOfSeed(network: string, base: PlanBase, seed: number, count: number): Batch[] {
  return [...LEVELS.keys()].flatMap((level) =>
    range(0, Math.ceil(count / BATCH)).map((at) => ({
      network,
      base,
      seed,
      level,
      from: at * BATCH,
      to: Math.min(count, (at + 1) * BATCH),
    })),
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  return items
    .map((item) => ({ item, key: rng.next() }))
    .sort((x, y) => x.key - y.key)
    .map(({ item }) => item);
}
