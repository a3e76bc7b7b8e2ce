import { availableParallelism } from 'node:os';
import { createRng } from '../../../../src/core/rng.ts';
import { type BenchFlags, numberFlag } from '../../harness.ts';
import { type BenchNetwork, benchNetworks } from '../../networks.ts';
import { PLAN_BASES, type PlanBase } from '../base.ts';
import { ALL_MOVABLE_NODES, ORACLE_NODES } from '../contest.ts';
import { type CaseRecord, keyOf } from '../record.ts';
import { type CrewOptions, work } from './crew.ts';
import { openCases } from './recheck.ts';
import { Schedule } from './schedule.ts';
import type { Task } from './worker.ts';

export interface RunOptions {
  readonly full: boolean;
  readonly flags: BenchFlags;
  readonly signal: AbortSignal;
}

/** A sample is over in time for a bench that may take 5 minutes. */
const SAMPLE_MINUTES = 3.4;
/** After that, for the large networks with every demand movable. */
const SAMPLE_ALL_MS = 50_000;
const ALL_MS = 20 * 60_000;
/** Cases of networks of 51 to 200 nodes that are also solved with every demand movable. */
const ALL_MOVABLE_CASES = 20;
const SAMPLE_ORACLE_MS = 8_000;
const ORACLE_MS = 60_000;
const PROGRESS_MS = 20_000;

/**
 * Judges cases: a sample by time; with `--contested N` until each network has so many contested ones on each base; with
 * `full` all of them. Goes on where an earlier run with the same file stopped.
 */
export async function runCases({ full, flags, signal }: RunOptions): Promise<CaseRecord[]> {
  const all = await benchNetworks(flags.data);
  const networks = chosen(all, flags.networks);
  const contested = numberFlag(flags, 'contested');
  const isSample = !full && contested === null;
  const minutes = numberFlag(flags, 'minutes') ?? (isSample ? SAMPLE_MINUTES : Infinity);
  const schedule = new Schedule(networks, { full, contested, bases: basesOf(flags) });
  const records = new Map<string, CaseRecord>();
  const known = flags.cases === undefined ? null : await openCases(flags.cases, all, numberFlag(flags, 'recheck'));
  const keep = (record: CaseRecord) => {
    if (!records.has(keyOf(record))) schedule.add(record);
    records.set(keyOf(record), record);
  };
  const names = new Set(networks.map(({ name }) => name));
  for (const record of known?.cases ?? []) if (names.has(record.network)) keep(record);
  const crew = {
    workers: numberFlag(flags, 'workers') ?? availableParallelism(),
    data: flags.data,
    signal,
    onCase: (record: CaseRecord) => {
      keep(record);
      known?.file.add(record);
    },
  };
  const oracleMs = isSample ? SAMPLE_ORACLE_MS : ORACLE_MS;
  const told = setInterval(() => process.stderr.write(`quality: ${schedule.progress()}\n`), PROGRESS_MS);
  try {
    await workFor(minutes * 60_000, {
      ...crew,
      next: () => nextBatch(schedule, oracleMs),
      onDone: (task, spentMs) => task.kind === 'batch' && schedule.spent(task.batch, spentMs),
    });
    const large = allMovableTasks([...records.values()], oracleMs);
    process.stderr.write(`quality: ${schedule.progress()}; ${large.length} cases with every demand movable\n`);
    const next = () => large.shift() ?? null;
    await workFor(Math.min(isSample ? SAMPLE_ALL_MS : ALL_MS, minutes * 60_000), {
      ...crew,
      next,
      onDone: () => undefined,
    });
  } finally {
    clearInterval(told);
    await known?.file.written();
  }
  return [...records.values()];
}

function chosen(networks: readonly BenchNetwork[], names: string | undefined): readonly BenchNetwork[] {
  if (names === undefined) return networks;
  return names.split(',').map((name) => {
    const found = networks.find((one) => one.name === name);
    if (!found) throw new RangeError(`--networks: there is no ${name}; there are ${networks.map((one) => one.name)}`);
    return found;
  });
}

function basesOf({ bases }: BenchFlags): readonly PlanBase[] | undefined {
  if (bases === undefined) return undefined;
  return bases.split(',').map((name) => {
    const found = PLAN_BASES.find((base) => base === name);
    if (!found) throw new RangeError(`--bases: there is no base ${name}; there are ${PLAN_BASES}`);
    return found;
  });
}

function nextBatch(schedule: Schedule, oracleMs: number): Task | null {
  const next = schedule.next();
  return next && { kind: 'batch', ...next, oracleMs };
}

/** Large contested cases, first those that the movable demands alone leave overloaded; the same ones for every run. */
function allMovableTasks(records: readonly CaseRecord[], oracleMs: number): Task[] {
  const rng = createRng(1).fork('all-movable');
  const asked = records
    .filter(({ nodes, outcome }) => {
      return nodes > ALL_MOVABLE_NODES && nodes <= ORACLE_NODES && outcome?.standing === 'contested';
    })
    .sort((x, y) => (keyOf(x) < keyOf(y) ? -1 : 1))
    .map((record) => ({ record, key: rng.next() - (isStillOverloaded(record) ? 1 : 0) }))
    .sort((x, y) => x.key - y.key)
    .slice(0, ALL_MOVABLE_CASES);
  return asked
    .filter(({ record }) => !record.outcome?.allMovable)
    .map(({ record }) => ({ kind: 'all-movable', record, oracleMs: Math.max(oracleMs, 30_000) }));
}

function isStillOverloaded({ outcome }: CaseRecord): boolean {
  return outcome !== null && (outcome.affectedOverloadBps ?? 0) > outcome.floorBps;
}

/** Works until there is nothing left, the signal comes, or this time is over. */
async function workFor(ms: number, options: CrewOptions): Promise<void> {
  // `AbortSignal.any` of a timeout may be collected as garbage before it fires.
  const over = new AbortController();
  const stop = () => over.abort();
  const timer = Number.isFinite(ms) ? setTimeout(stop, ms) : undefined;
  options.signal.addEventListener('abort', stop);
  if (options.signal.aborted) stop();
  try {
    await work({ ...options, signal: over.signal });
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }
}
