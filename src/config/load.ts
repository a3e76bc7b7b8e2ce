import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TSchema } from 'typebox';
import { parseDocument } from 'yaml';
import { DetourError, messageOf } from '../core/errors.ts';
import { PACKAGE_ROOT } from '../core/paths.ts';
import { compileSchema, preview } from '../core/schema.ts';
import { flagName, variableName } from './names.ts';
import { type Config, ConfigSchema } from './schema.ts';

export type ConfigKey = keyof Config;
/** Settings as texts, by setting name, as they come from a command line. */
export type FlagValues = Partial<Record<ConfigKey, string>>;
type Environment = Readonly<Record<string, string | undefined>>;

export const CONFIG_KEYS = Object.keys(ConfigSchema.properties) as ConfigKey[];
const checker = compileSchema(ConfigSchema, 'INVALID_CONFIG');
const MAX_FILE_BYTES = 1024 * 1024;
/** Variables of this prefix are switches for tests, not settings. */
const TEST_PREFIX = 'DETOUR_TEST_';

/**
 * Reads the configuration: flags over environment over the YAML file over defaults. The result is frozen.
 * Throws INVALID_CONFIG that names the setting the way it was given (variable, flag or key of the file).
 */
export function loadConfig(environment: Environment, flags: FlagValues = {}, configFile?: string): Config {
  const file = configFile ?? environment.DETOUR_CONFIG;
  const values: Record<string, unknown> = defaults();
  const origin: Record<string, string> = {};
  const put = (key: string, value: unknown, from: string): void => {
    values[key] = value;
    origin[key] = from;
  };
  if (file) for (const [key, value] of Object.entries(readConfigFile(file))) put(key, value, `${key} in ${file}`);
  readEnvironment(environment, put);
  for (const [key, text] of Object.entries(flags)) {
    if (text !== undefined) put(key, fromText(key as ConfigKey, text), flagName(key));
  }
  const [problem] = checker.problems(values, 1);
  if (problem) {
    const key = problem.field.split(/[.[]/)[0] ?? '';
    const name = origin[key] ?? key;
    throw new DetourError('INVALID_CONFIG', `${name}: ${problem.message}, got ${shown(key, problem.value)}`, {
      field: name,
      hint: `see 'detour run --help'`,
    });
  }
  return Object.freeze(values) as Config;
}

/** Addresses can hold a password, and where a reference to a secret belongs people paste the secret itself. */
const HIDDEN: ReadonlySet<string> = new Set<ConfigKey>([
  ...(['redisUrl', 'historyUrl', 'webhookUrl'] as const),
  ...(['webhookSecret', 'frrPassword', 'adminToken', 'token', 'discoveryCredentials', 'trapCredentials'] as const),
]);

function shown(key: string, value: unknown): string {
  return HIDDEN.has(key) ? 'a value that is not shown' : preview(value);
}

function defaults(): Record<string, unknown> {
  const values: Record<string, unknown> = { dataDir: join(PACKAGE_ROOT, '.data') };
  for (const key of CONFIG_KEYS) {
    if (key in values) continue;
    const schema = ConfigSchema.properties[key] as TSchema & { default?: unknown };
    values[key] = schema.default ?? null;
  }
  return values;
}

function readEnvironment(environment: Environment, put: (key: string, value: unknown, from: string) => void): void {
  if (environment.REDIS_URL) put('redisUrl', environment.REDIS_URL, 'REDIS_URL');
  if (environment.REDIS_SERVER_BIN) put('redisServerBin', environment.REDIS_SERVER_BIN, 'REDIS_SERVER_BIN');
  const byVariable = new Map(CONFIG_KEYS.map((key) => [variableName(key), key]));
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('DETOUR_') || name === 'DETOUR_CONFIG' || name.startsWith(TEST_PREFIX)) continue;
    const key = byVariable.get(name);
    if (!key) {
      throw new DetourError('INVALID_CONFIG', `${name}: is not a setting`, {
        field: name,
        hint: `the settings are ${[...byVariable.keys()].join(', ')}`,
      });
    }
    if (text) put(key, fromText(key, text), name);
  }
}

/** The value a text stands for; a text that does not fit stays a text and is refused by the schema. */
function fromText(key: ConfigKey, text: string): unknown {
  const schema = ConfigSchema.properties[key] as TSchema & { type?: string; anyOf?: { type?: string }[] };
  const types = schema.anyOf ? schema.anyOf.map((branch) => branch.type) : [schema.type];
  if (types.includes('array')) return text.split(',').map((item) => item.trim());
  if (types.includes('number') || types.includes('integer')) {
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
  }
  return text;
}

function readConfigFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DetourError('INVALID_CONFIG', `the configuration file ${path} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (text.length > MAX_FILE_BYTES) {
    throw new DetourError('INVALID_CONFIG', `the configuration file ${path} is larger than ${MAX_FILE_BYTES} bytes`);
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new DetourError('INVALID_CONFIG', `${path}: ${error.message.split('\n')[0]}`, { cause: error });
  const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DetourError('INVALID_CONFIG', `${path}: must be a list of settings, got ${preview(value)}`);
  }
  return value as Record<string, unknown>;
}
