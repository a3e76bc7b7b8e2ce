import { Command } from 'commander';
import { DetourError } from '../core/errors.ts';
import { modelRegistry } from '../main/model-folder.ts';
import { ownData, simulatedData, type TrainingData } from '../main/training.ts';
import { readRiskModel } from '../predict/live/served-risk.ts';
import type { RiskReport } from '../predict/risk/report.ts';
import { learnRisk, type OnProgress, tryRisk } from '../predict/training/risk.ts';
import type { TrainingWorld } from '../predict/training/world.ts';
import { list, wholeNumber } from './arguments.ts';
import { addConfigOptions, configFrom } from './config-options.ts';
import { EXIT, type OnExit, print, printJson, table } from './output.ts';
import { progressBar } from './progress.ts';

interface Flags {
  readonly model?: string;
  readonly days: number;
  readonly folds: number;
  readonly simulate?: readonly string[];
  readonly seed: string;
  readonly json?: boolean;
}

const SEED = 1;

/** `detour evaluate`: what a risk model makes of history it has not seen, beside rules that anyone can follow. */
export function evaluateCommand(onExit: OnExit): Command {
  const command = new Command('evaluate')
    .description('try a risk model on the later part of the history, beside rules that anyone can follow')
    .option('--model <id>', 'which one; the present one where left out')
    .action(async (flags: Flags) => {
      const config = configFrom(flags as unknown as Record<string, unknown>);
      const registry = modelRegistry(config);
      const id = flags.model ?? registry.pointers('risk').present;
      if (id === null)
        throw new DetourError('NOT_FOUND', 'there is no risk model', { hint: `train one with 'detour train'` });
      const model = readRiskModel(registry.open('risk', id));
      await withData(flags, async (data, onProgress) => {
        const report = await tryRisk(model, data.test, SEED, onProgress);
        return { text: `${id}\n${reportTable(report)}`, json: { modelId: id, report } };
      });
      onExit(EXIT.ok);
    });
  return withFlags(command);
}

/** `detour backtest`: trains again and again on what was known then, and tries each model on what came next. */
export function backtestCommand(onExit: OnExit): Command {
  const command = new Command('backtest')
    .description('train on the past and try on what came next, several times over: how models would have done')
    .option('--folds <number>', 'how often', wholeNumber('--folds', 1, 20), 3)
    .action(async (flags: Flags) => {
      await withData(flags, async ({ learn, test }, onProgress) => {
        const reports: { readonly untilMs: number; readonly report: RiskReport }[] = [];
        for (const fold of foldsOf([...learn, ...test], flags.folds)) {
          const { model } = await learnRisk(fold.past, SEED, onProgress);
          reports.push({ untilMs: fold.untilMs, report: await tryRisk(model, fold.next, SEED, onProgress) });
        }
        const parts = reports.map(
          ({ untilMs, report }) => `learnt until ${new Date(untilMs).toISOString()}\n${reportTable(report)}`,
        );
        return { text: parts.join('\n\n'), json: { folds: reports } };
      });
      onExit(EXIT.ok);
    });
  return withFlags(command);
}

function withFlags(command: Command): Command {
  command
    .option('--days <number>', 'days to look at, the last ones of the history', wholeNumber('--days', 1, 400), 60)
    .option('--simulate <networks>', 'simulated worlds of these networks, by comma, instead of the history', list)
    .option('--seed <number>', 'with --simulate: seed of the worlds', '7')
    .option('--json', 'print one JSON object');
  return addConfigOptions(command, ['network', 'scenario', 'dataDir', 'historyUrl']);
}

type Shown = { readonly text: string; readonly json: unknown };

async function withData(
  flags: Flags,
  work: (data: TrainingData, onProgress: OnProgress) => Promise<Shown>,
): Promise<void> {
  const config = configFrom(flags as unknown as Record<string, unknown>);
  const data = flags.simulate === undefined ? await ownData(config, flags.days) : await worlds(flags, config.scenario);
  const bar = progressBar();
  try {
    const shown = await work(data, (stage, done) => bar.show(stage, done));
    bar.end();
    if (flags.json) printJson(shown.json);
    else print(shown.text);
  } finally {
    bar.end();
    await data.close();
  }
}

function worlds({ simulate: networks = [], days, seed }: Flags, scenario: string): Promise<TrainingData> {
  const [last = '', ...others] = networks.toReversed();
  const seeds = [Number(seed)];
  return simulatedData({ networks: others, scenario, days, seeds, testNetwork: last, testSeed: Number(seed) });
}

/** The past until a moment, and what came in the same time after it; each fold begins later. */
function foldsOf(all: readonly TrainingWorld[], folds: number) {
  const fromMs = Math.min(...all.map((world) => world.fromMs));
  const toMs = Math.max(...all.map((world) => world.toMs));
  const stepMs = (toMs - fromMs) / (folds + 1);
  return Array.from({ length: folds }, (_, fold) => {
    const untilMs = fromMs + (fold + 1) * stepMs;
    const within = (from: number, to: number) =>
      all.flatMap((world) => (world.fromMs < to && world.toMs > from ? [cut(world, from, to)] : []));
    // Six hours: what the past's labels look ahead must not be what is tried.
    return { untilMs, past: within(fromMs, untilMs - 6 * 3_600_000), next: within(untilMs, untilMs + stepMs) };
  });
}

function cut(world: TrainingWorld, fromMs: number, toMs: number): TrainingWorld {
  const [begin, end] = [Math.max(world.fromMs, fromMs), Math.min(world.toMs, toMs)];
  async function* blocks() {
    for await (const block of world.blocks()) {
      const inside =
        block.atMs.length > 0 &&
        (block.atMs[0] as number) < end &&
        (block.atMs[block.atMs.length - 1] as number) >= begin;
      if (inside) yield trimmed(block, begin, end);
    }
  }
  return { ...world, fromMs: begin, toMs: end, blocks };
}

type Block = TrainingWorld['blocks'] extends () => AsyncIterable<infer B> | Iterable<infer B> ? B : never;

/** Only the minutes within: a day that is cut must not show what came later. */
function trimmed(block: Block, fromMs: number, toMs: number): Block {
  const places = Array.from(block.atMs, (atMs, at) => (atMs >= fromMs && atMs < toMs ? at : -1)).filter(
    (at) => at >= 0,
  );
  const column = (values: ArrayLike<number>) => Float64Array.from(places, (at) => values[at] as number);
  if ('values' in block) return { ...block, atMs: column(block.atMs), values: column(block.values) };
  const { atMs, count, min, max, mean, last } = block;
  return {
    ...block,
    ...{
      atMs: column(atMs),
      count: column(count),
      min: column(min),
      max: column(max),
      mean: column(mean),
      last: column(last),
    },
  };
}

function reportTable({ scorers, horizons, failures, links, rows }: RiskReport): string {
  const head = `${failures} failures of ${links} links, ${rows} rows`;
  const scores = table(scorers, [
    { title: 'scorer', cell: ({ name }) => name },
    { title: 'average precision', right: true, cell: ({ averagePrecision }) => averagePrecision.toFixed(4) },
    { title: 'recall 30 min', right: true, cell: ({ recall }) => (recall[0] ?? 0).toFixed(3) },
    { title: '1 h', right: true, cell: ({ recall }) => (recall[1] ?? 0).toFixed(3) },
    { title: '6 h', right: true, cell: ({ recall }) => (recall[2] ?? 0).toFixed(3) },
    { title: 'false/100 links/week', right: true, cell: ({ falseAlarmRate }) => falseAlarmRate.toFixed(2) },
  ]);
  const calibration = table(horizons, [
    { title: 'horizon', cell: ({ horizon }) => horizon },
    { title: 'prevalence', right: true, cell: ({ prevalence }) => prevalence.toPrecision(3) },
    { title: 'Brier skill', right: true, cell: ({ brierSkill }) => brierSkill.toFixed(3) },
    { title: 'calibration error', right: true, cell: ({ calibrationError }) => calibrationError.toPrecision(2) },
  ]);
  return [head, scores, calibration].join('\n\n');
}
