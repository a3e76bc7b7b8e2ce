import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/core/errors.ts';
import {
  aligned,
  BENCH_FLAGS,
  type Bench,
  type BenchFlags,
  isBench,
  type Measure,
  measuresOf,
  numberFlag,
  table,
} from './harness.ts';

/** No bench runs longer; what hangs must not hang its caller. */
const LIMIT_MS = 5 * 60_000;
const FULL_LIMIT_MS = 12 * 60 * 60_000;

const CASES = new URL('./cases/', import.meta.url);

async function findBenches(): Promise<Bench[]> {
  const files = (await readdir(CASES)).filter((file) => /^[a-z0-9-]+\.(ts|js)$/.test(file)).sort();
  const modules = await Promise.all(files.map(async (file) => (await import(new URL(file, CASES).href)) as unknown));
  return modules.flatMap((module) => Object.values(module as Record<string, unknown>).filter(isBench));
}

async function runOne(bench: Bench, flags: BenchFlags, full: boolean, isJson: boolean): Promise<boolean> {
  const abort = new AbortController();
  const isLong = full || flags.contested !== undefined || flags.minutes !== undefined;
  const limitMs = isLong ? FULL_LIMIT_MS : (bench.limitMs ?? LIMIT_MS);
  const limit = setTimeout(() => {
    abort.abort();
    process.stderr.write(`${bench.name}: not finished within ${limitMs / 60_000} min\n`);
    // A bench that does not listen to the signal is ended with its process.
    setTimeout(() => process.exit(1), 5_000).unref();
  }, limitMs);
  const measures: Measure[] = [];
  try {
    for await (const found of measuresOf(bench, { full, flags, signal: abort.signal })) {
      measures.push(found);
      if (isJson) process.stdout.write(`${JSON.stringify(found)}\n`);
    }
  } finally {
    clearTimeout(limit);
  }
  if (!isJson) process.stdout.write(`${table(measures)}\n`);
  return !abort.signal.aborted && measures.every(({ ok }) => ok);
}

function help(benches: readonly Bench[]): void {
  process.stdout.write('npm run bench -- NAME [--json] [--full] [--FLAG VALUE]\n\n');
  process.stdout.write(`${aligned(benches.map(({ name, summary }) => [`  ${name}`, summary]))}\n\n`);
  process.stdout.write(`${aligned(Object.entries(BENCH_FLAGS).map(([flag, about]) => [`  --${flag}`, about]))}\n`);
}

/** What the command line says; null, with the reason on standard error, when that is not understood. */
function commandLine() {
  const texts = Object.keys(BENCH_FLAGS).map((flag) => [flag, { type: 'string' }] as const);
  const own = { json: { type: 'boolean' }, full: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const options = { ...own, ...Object.fromEntries(texts) };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const { json = false, full = false, help: asked = false, ...flags } = values as Values;
    numberFlag(flags, 'minutes');
    return { json, full, asked, flags, names: positionals };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nnpm run bench -- --help tells what there is\n`);
    return null;
  }
}

type Values = { json?: boolean; full?: boolean; help?: boolean } & BenchFlags;

async function main(): Promise<number> {
  const asked = commandLine();
  if (asked === null) return 2;
  const { json, full, flags, names } = asked;
  const benches = await findBenches();
  if (asked.asked || names.length === 0) {
    help(benches);
    return 0;
  }
  let isMet = true;
  for (const name of names) {
    const bench = benches.find((candidate) => candidate.name === name);
    if (!bench) {
      process.stderr.write(`There is no bench ${name}; there are ${benches.map((known) => known.name).join(', ')}\n`);
      return 2;
    }
    isMet = (await runOne(bench, flags, full, json)) && isMet;
  }
  return isMet ? 0 : 1;
}

process.exitCode = await main();
