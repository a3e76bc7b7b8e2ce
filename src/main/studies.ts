import type { Layout } from '../api/layout/layout.ts';
import { type LayoutTask, layout } from '../api/layout/layout-worker.ts';
import { DetourError } from '../core/errors.ts';
import type { Change } from '../reroute/change.ts';
import type { CycleDeps, MakePlan } from '../reroute/cycle-deps.ts';
import type { Estimate } from '../reroute/estimate-demands.ts';
import type { PlanOutcome } from '../reroute/plan.ts';
import { type Replay, readRecording } from '../reroute/replay.ts';
import { takeSnapshot } from '../reroute/snapshot.ts';
import { type Study, type StudyAnswer, study } from '../reroute/study.ts';
import type { WhatIf } from '../reroute/what-if.ts';
import type { Service } from './lifecycle.ts';
import { type ThreadPool, threadPool } from './thread-pool.ts';

const WORKER = new URL(`../reroute/study-worker${import.meta.url.slice(-3)}`, import.meta.url);
const TIMEOUT_MS = 25_000;
const MAX_WAITING = 8;

export type StudyPool = ThreadPool<Study, StudyAnswer>;

/** A thread that studies what-ifs, stored plans and traffic, so that nobody else waits. */
export function studyPool(timeoutMs = TIMEOUT_MS): StudyPool {
  const worker = { worker: WORKER, exportName: 'study', inline: study };
  return threadPool({ name: 'studies', ...worker, maxQueue: MAX_WAITING, timeoutMs });
}

type LayoutPool = ThreadPool<LayoutTask, Layout>;

/** A thread that works out where nodes are drawn: a large network takes a second, and that once. */
export function layoutPool(): LayoutPool {
  const file = new URL(`../api/layout/layout-worker${import.meta.url.slice(-3)}`, import.meta.url);
  const worker = { worker: file, exportName: 'layout', inline: layout };
  return threadPool({ name: 'layouts', ...worker, maxQueue: 1, timeoutMs: TIMEOUT_MS });
}

/** What the API asks for: questions about the live network that change nothing. */
export interface Studies extends Service {
  layout(task: LayoutTask): Promise<Layout>;
  whatIf(change: Change, top: number): Promise<WhatIf>;
  replay(planId: string): Promise<Replay>;
  /** Makes a plan that is not kept. */
  readonly makePlan: MakePlan;
}

export function createStudies(
  deps: Pick<CycleDeps, 'store' | 'network' | 'clock' | 'limits' | 'avoidAtRisk' | 'actuator'>,
  pool: StudyPool = studyPool(),
  layouts: LayoutPool = layoutPool(),
): Studies {
  return {
    name: pool.name,
    start: async () => {
      await pool.start();
      await layouts.start();
    },
    stop: async () => {
      await layouts.stop();
      await pool.stop();
    },
    layout: (task) => layouts.run(task),
    whatIf: async (change, top) => {
      const input = await takeSnapshot(deps);
      return resultOf(
        'what-if',
        await pool.run({ kind: 'what-if', network: deps.network.network, input, change, top }),
      );
    },
    makePlan: async (input, trigger, ids) =>
      resultOf('plan', await pool.run({ kind: 'plan', network: deps.network.network, input, trigger, ids })),
    replay: async (planId) => {
      const recording = await readRecording(deps.store, planId);
      return resultOf('replay', await pool.run({ kind: 'replay', recording }));
    },
  };
}

interface Results {
  readonly 'what-if': WhatIf;
  readonly replay: Replay;
  readonly estimate: Estimate;
  readonly plan: PlanOutcome;
}

/** The result, or the refusal as the error it was. */
export function resultOf<K extends keyof Results>(kind: K, answer: StudyAnswer): Results[K] {
  if (answer.kind === kind) return (answer as unknown as { readonly result: Results[K] }).result;
  if (answer.kind !== 'refused') throw new DetourError('INTERNAL', `asked for ${kind}, got ${answer.kind}`);
  const { key, message, ...about } = answer;
  throw new DetourError(key, message, {
    value: about.value,
    ...(about.field === undefined ? {} : { field: about.field }),
    ...(about.hint === undefined ? {} : { hint: about.hint }),
  });
}
