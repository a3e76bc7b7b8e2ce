import { writeFile } from 'node:fs/promises';
import type { Judged } from './judge.ts';
import type { Stratum } from './sample.ts';

/** Writes every case as one JSON line, so that a bad one can be made again. */
export async function reportCases(path: string, strata: readonly Stratum[]): Promise<void> {
  await writeFile(path, strata.flatMap(({ judged }) => judged.map((one) => `${JSON.stringify(line(one))}\n`)).join(''));
}

function line({ situation, optimum, ...one }: Judged): Record<string, unknown> {
  const { base, failure } = situation;
  return {
    network: base.network.name,
    base: base.base,
    seed: base.seed,
    ...base.level,
    failure: failure.name,
    failed: failure.links,
    ...one,
    optimum,
  };
}
