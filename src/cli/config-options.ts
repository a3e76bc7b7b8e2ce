import { type Command, Option } from 'commander';
import type { TSchema } from 'typebox';
import { CONFIG_KEYS, type ConfigKey, type FlagValues, loadConfig } from '../config/load.ts';
import { flagName, variableName } from '../config/names.ts';
import { type Config, ConfigSchema } from '../config/schema.ts';

type Described = TSchema & { description?: string; default?: unknown; anyOf?: Described[] };

/** Adds one flag per setting (`--port <value>`), with its description, variable and default. */
export function addConfigOptions(command: Command, keys: readonly ConfigKey[] = CONFIG_KEYS): Command {
  command.option('--config <file>', 'YAML file with settings (DETOUR_CONFIG)');
  for (const key of keys) {
    const schema = ConfigSchema.properties[key] as Described;
    const description = schema.description ?? schema.anyOf?.[0]?.description ?? '';
    const initial = schema.default === undefined ? '' : `, default ${String(schema.default)}`;
    command.addOption(new Option(`${flagName(key)} <value>`, `${description} (${variableName(key)}${initial})`));
  }
  return command;
}

/** The configuration that a command's flags and the environment give. */
export function configFrom(options: Record<string, unknown>): Config {
  const flags: FlagValues = {};
  for (const key of CONFIG_KEYS) {
    if (typeof options[key] === 'string') flags[key] = options[key];
  }
  return loadConfig(process.env, flags, typeof options.config === 'string' ? options.config : undefined);
}
