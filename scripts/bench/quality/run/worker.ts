import type { Highs } from 'highs';
import { createRng, fnv1a } from '../../../../src/core/rng.ts';
import { type BenchNetwork, benchNetworks } from '../../networks.ts';
import { loadHighs } from '../../oracle/load.ts';
import { type BaseState, baseState, LEVELS } from '../base.ts';
import { allMovableOptimum, ORACLE_NODES } from '../contest.ts';
import { judgeFailure } from '../judge.ts';
import { type CaseRecord, keyOf } from '../record.ts';
import { situationOf } from '../situation.ts';
import type { Batch } from './batches.ts';

/** What a worker is told to do. */
export type Task =
  | { readonly kind: 'batch'; readonly batch: Batch; readonly skip: readonly string[]; readonly oracleMs: number }
  | { readonly kind: 'all-movable'; readonly record: CaseRecord; readonly oracleMs: number };

/** What it answers: cases one by one, then that it is free again. */
export type Answer = { readonly record: CaseRecord } | { readonly free: true };

/** `detour verify` is asked about the first so many cases of a batch, and metrics about the first. */
const VERIFIED = 2;
/** Beyond this, all that takes longer than plan and optimum is asked about a part of the cases only. */
const THOROUGH_NODES = 60;
const THOROUGH_SHARE = 0.1;

/** Judges cases for another process; ends when that one goes away. */
async function main(): Promise<void> {
  const data = process.argv[2];
  const networks = await benchNetworks(data === '' ? undefined : data);
  const highs = await loadHighs();
  process.on('message', (task: Task) => {
    void perform(highs, networks, task).then(
      () => send({ free: true }),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
  send({ free: true });
}

async function perform(highs: Highs, networks: readonly BenchNetwork[], task: Task): Promise<void> {
  if (task.kind === 'all-movable') return performAllMovable(highs, networks, task);
  const { batch, skip, oracleMs } = task;
  const base = stateOf(networks, batch.network, batch.base, batch.seed, batch.level);
  const isSmall = base.graph.nodeCount <= ORACLE_NODES;
  const failures = base.failures.slice(batch.from, batch.to);
  let busy = 0;
  for (const failure of failures) {
    const key = keyOf({
      network: batch.network,
      base: batch.base,
      seed: batch.seed,
      ...base.level,
      failure: failure.name,
    });
    if (skip.includes(key)) continue;
    const thorough = isThorough(base.graph.nodeCount, key);
    const record = await judgeFailure(highs, base, failure, {
      verify: thorough && isSmall && busy < VERIFIED,
      metrics: thorough && isSmall && busy === 0,
      thorough,
      oracleMs,
    });
    if (record.outcome) busy += 1;
    send({ record });
  }
}

/** By the name of the case alone: what comes of it has no say. */
function isThorough(nodes: number, key: string): boolean {
  return nodes <= THOROUGH_NODES || createRng(fnv1a(key)).next() < THOROUGH_SHARE;
}

/** Adds to a case what all demands together could reach. */
function performAllMovable(
  highs: Highs,
  networks: readonly BenchNetwork[],
  task: Task & { kind: 'all-movable' },
): void {
  const { record, oracleMs } = task;
  const level = LEVELS.findIndex(({ mlu, limit }) => mlu === record.mlu && limit === record.limit);
  const base = stateOf(networks, record.network, record.base, record.seed, level);
  const failure = base.failures.find(({ name }) => name === record.failure);
  const situation = failure && situationOf(base, failure);
  if (!situation || !record.outcome) return;
  const allMovable = allMovableOptimum(highs, situation, oracleMs);
  if (allMovable) send({ record: { ...record, outcome: { ...record.outcome, allMovable } } });
}

function stateOf(
  networks: readonly BenchNetwork[],
  name: string,
  base: Batch['base'],
  seed: number,
  level: number,
): BaseState {
  const network = networks.find((one) => one.name === name);
  if (!network) throw new Error(`there is no network ${name} here`);
  return baseState(network, base, seed, LEVELS[level] as (typeof LEVELS)[number]);
}

function send(answer: Answer): void {
  process.send?.(answer);
}

await main();
