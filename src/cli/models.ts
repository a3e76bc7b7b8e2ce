import { Command } from 'commander';
import { DetourError } from '../core/errors.ts';
import { modelRegistry } from '../main/model-folder.ts';
import { MODEL_KINDS, type ModelCard, type ModelKind, yardstickOf } from '../predict/registry/card.ts';
import type { ModelRegistry } from '../predict/registry/registry.ts';
import { addConfigOptions, configFrom } from './config-options.ts';
import { EXIT, type OnExit, print, printJson, table } from './output.ts';
import { scoreTable } from './train.ts';

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
}

/** `detour models list|show|promote|rollback|shadow|unshadow` */
export function modelsCommand(onExit: OnExit): Command {
  const command = new Command('models').description('show models and their cards, and choose which one answers');
  const add = (
    name: string,
    description: string,
    run: (registry: ModelRegistry, flags: Flags, argument: string) => unknown,
  ) => {
    const one = command.command(name).description(description).option('--json', 'print one JSON object');
    addConfigOptions(one, ['dataDir']);
    one.action((...given: unknown[]) => {
      const flags = given.at(-2) as Flags;
      const result = run(modelRegistry(configFrom(flags)), flags, String(given[0]));
      if (flags.json) printJson(result);
      onExit(EXIT.ok);
    });
    return one;
  };
  add('list', 'all models, newest first', listModels);
  add('show <id>', 'the card of a model', showModel);
  add(
    'promote <id>',
    'let a model answer from now on; a running service follows within a minute',
    (registry, flags, id) =>
      told(registry.promote(registry.find(id).card.kind, id), `${id} answers from now on`, flags),
  );
  add(
    'rollback <kind>',
    `back to the model that answered before (${MODEL_KINDS.join(', ')})`,
    (registry, flags, kind) => {
      const pointers = registry.rollBack(kindOf(kind));
      return told(pointers, `${pointers.present} answers again`, flags);
    },
  );
  add('shadow <id>', 'let a model predict beside the present one, unseen, to be judged', (registry, flags, id) =>
    told(registry.shadow(registry.find(id).card.kind, id), `${id} watches`, flags),
  );
  add('unshadow <kind>', 'let no model of this kind watch any more', (registry, flags, kind) =>
    told(registry.shadow(kindOf(kind), null), `no ${kind} model watches`, flags),
  );
  return command;
}

function kindOf(text: string): ModelKind {
  const kind = MODEL_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new DetourError('INVALID_INPUT', `kind: must be one of ${MODEL_KINDS.join(', ')}, got ${text}`, {
    field: 'kind',
    value: text,
  });
}

function told<T>(result: T, sentence: string, { json }: Flags): T {
  if (!json) print(sentence);
  return result;
}

function listModels(registry: ModelRegistry, { json }: Flags): unknown {
  const cards = registry.cards();
  const pointers = Object.fromEntries(MODEL_KINDS.map((kind) => [kind, registry.pointers(kind)]));
  if (json) return { pointers, models: cards };
  if (cards.length === 0) print(`there are no models; train one with 'detour train'`);
  else print(modelTable(registry, cards));
  return null;
}

function modelTable(registry: ModelRegistry, cards: readonly ModelCard[]): string {
  const roleOf = ({ kind, id }: ModelCard) => {
    const { present, shadow, previous } = registry.pointers(kind);
    return id === present ? 'present' : id === shadow ? 'shadow' : id === previous ? 'previous' : '';
  };
  return table(cards, [
    { title: 'model', cell: ({ id }) => id },
    { title: 'role', cell: roleOf },
    { title: 'trained', cell: ({ trainedAtMs }) => new Date(trainedAtMs).toISOString().slice(0, 16) },
    { title: 'figure', cell: ({ yardstick }) => yardstick.metric },
    { title: 'value', right: true, cell: (card) => yardstickOf(card)?.toPrecision(3) ?? '-' },
    { title: 'data', cell: ({ data }) => data.source.slice(0, 60) },
  ]);
}

function showModel(registry: ModelRegistry, { json }: Flags, id: string): ModelCard {
  const { card } = registry.find(id);
  if (json) return card;
  const { data, command, gitCommit, seed, features, outputs } = card;
  print(`${card.id}: ${card.summary}`);
  print(`trained ${new Date(card.trainedAtMs).toISOString()} from ${data.source} (${data.rows} rows)`);
  print(`${features.length} features; outputs ${outputs.join(', ')}; seed ${seed}; commit ${gitCommit ?? 'unknown'}`);
  print(`made by: ${command}\n`);
  print(scoreTable(card));
  return card;
}
