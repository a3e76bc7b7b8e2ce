import { join } from 'node:path';
import { Command, Option } from 'commander';
import { DetourError } from '../core/errors.ts';
import { modelRegistry } from '../main/model-folder.ts';
import { rivalFigure } from '../main/rival.ts';
import { ownData, promoteIfBetter, simulatedData, type TrainingData, trainModels } from '../main/training.ts';
import { MODEL_KINDS, type ModelCard, type ModelKind } from '../predict/registry/card.ts';
import { ModelRegistry } from '../predict/registry/registry.ts';
import { list, wholeNumber } from './arguments.ts';
import { addConfigOptions, configFrom } from './config-options.ts';
import { EXIT, type OnExit, print, printJson, table } from './output.ts';
import { progressBar } from './progress.ts';

interface TrainFlags {
  readonly kind?: ModelKind;
  readonly days: number;
  readonly simulate?: readonly string[];
  readonly seeds: readonly string[];
  readonly test: string;
  readonly testSeed: number;
  readonly modelSeed: number;
  readonly into?: string;
  readonly json?: boolean;
}

/** `detour train`: learns models from the history of this installation, beside the running service, or from worlds. */
export function trainCommand(onExit: OnExit): Command {
  const command = new Command('train')
    .description('train models from the history of this network, also while the service runs, or from simulated worlds')
    .addOption(new Option('--kind <kind>', 'only models of this kind').choices([...MODEL_KINDS]))
    .option('--days <number>', 'days to look at, the last ones of the history', wholeNumber('--days', 1, 400), 60)
    .option('--simulate <networks>', 'learn from simulated worlds of these networks, by comma, instead', list)
    .option('--seeds <numbers>', 'with --simulate: seeds of the worlds to learn from, by comma', list, ['1', '2'])
    .option('--test <network>', 'with --simulate: network that nothing is learnt from', 'abilene')
    .option('--test-seed <number>', 'with --simulate: its seed', wholeNumber('--test-seed', 0, 1e9), 1000)
    .option('--model-seed <number>', 'seed of the training itself', wholeNumber('--model-seed', 0, 1e9), 1)
    .option('--into <folder>', 'write the models into this folder; they are not compared or promoted')
    .option('--json', 'print the cards as one JSON object')
    .addHelpText(
      'after',
      '\nA new model answers from now on only if it beats the present one on later data; else it watches.\n' +
        'Exit code: 0 a model was promoted (or written with --into), 3 none was, 2 wrong input, 1 it failed.',
    );
  addConfigOptions(command, ['network', 'scenario', 'dataDir', 'historyUrl']);
  return command.action(async (flags: TrainFlags) => onExit(await train(flags)));
}

async function train(flags: TrainFlags): Promise<number> {
  const config = configFrom(flags as unknown as Record<string, unknown>);
  const registry = flags.into === undefined ? modelRegistry(config) : new ModelRegistry({ folder: join(flags.into) });
  const data =
    flags.simulate === undefined ? await ownData(config, flags.days) : await worldsOf(flags, config.scenario);
  const bar = progressBar();
  try {
    const cards = await trainModels(registry, data, {
      kinds: flags.kind === undefined ? MODEL_KINDS : [flags.kind],
      ...{ seed: flags.modelSeed, command: commandLine(), nowMs: Date.now() },
      onProgress: (stage, done) => bar.show(stage, done),
    });
    bar.end();
    return flags.into === undefined ? await promote(registry, cards, data, flags) : shown(cards, [], flags);
  } finally {
    bar.end();
    await data.close();
  }
}

async function promote(
  registry: ModelRegistry,
  cards: ModelCard[],
  data: TrainingData,
  flags: TrainFlags,
): Promise<number> {
  const decisions: { id: string; isPromoted: boolean; reason: string }[] = [];
  for (const card of cards) {
    decisions.push(await promoteIfBetter(registry, card, (id) => rivalFigure(registry, card, id, data)));
  }
  shown(cards, decisions, flags);
  return decisions.some(({ isPromoted }) => isPromoted) ? EXIT.ok : EXIT.nothing;
}

function shown(
  cards: readonly ModelCard[],
  decisions: readonly { readonly id: string; readonly isPromoted: boolean; readonly reason: string }[],
  { json }: TrainFlags,
): number {
  if (json) printJson({ models: cards, decisions });
  for (const card of json ? [] : cards) {
    const decision = decisions.find(({ id }) => id === card.id);
    const fate = decision === undefined ? 'written' : decision.isPromoted ? 'answers from now on' : 'is not promoted';
    print(`${card.id}  ${fate}${decision === undefined ? '' : `: ${decision.reason}`}`);
    print(scoreTable(card));
  }
  return EXIT.ok;
}

/** The figures of a card, a row for the model and each rule. */
export function scoreTable({ scores }: ModelCard): string {
  const rows = scores.flatMap(({ name, metrics }) =>
    Object.entries(metrics).map(([metric, value]) => ({ name, metric, value })),
  );
  return table(rows, [
    { title: 'scorer', cell: ({ name }) => name },
    { title: 'figure', cell: ({ metric }) => metric },
    {
      title: 'value',
      right: true,
      cell: ({ value }) => (value === null ? '-' : Number(value.toPrecision(4)).toString()),
    },
  ]);
}

function worldsOf(flags: TrainFlags, scenario: string): Promise<TrainingData> {
  const seeds = flags.seeds.map(Number);
  const wrong = seeds.findIndex((seed) => !Number.isInteger(seed) || seed < 0);
  if (wrong >= 0) {
    throw new DetourError('INVALID_INPUT', `--seeds: must be whole numbers, got ${flags.seeds[wrong]}`, {
      field: '--seeds',
    });
  }
  const { days, simulate: networks = [], test: testNetwork, testSeed } = flags;
  return simulatedData({ networks, scenario, days, seeds, testNetwork, testSeed });
}

/** As it was called, so that a card says how its model can be made again. */
function commandLine(): string {
  return ['detour', ...process.argv.slice(2)]
    .map((each) => (/^[\w@%+=:,./-]+$/.test(each) ? each : `'${each}'`))
    .join(' ');
}
