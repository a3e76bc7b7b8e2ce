import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DetourError, type ErrorKey } from '../src/core/errors.ts';
import { PACKAGE_ROOT } from '../src/core/paths.ts';
import { type ValidatedDemands, validateDemands } from './formats/detour-demands.ts';
import { type ValidatedNetwork, validateNetwork } from './formats/detour-network.ts';
import { isObject } from './formats/fields.ts';
import { InvalidFileError } from './formats/findings.ts';
import { readGraphml } from './formats/graphml.ts';
import { parseJson } from './formats/json.ts';
import type { Network } from './model.ts';

export const MAX_FILE_BYTES = 64 * 1024 * 1024;

const NETWORKS_FOLDER = join(PACKAGE_ROOT, 'topology', 'networks');

/** Names of the networks that come with Detour, sorted. */
export async function shippedNetworks(): Promise<string[]> {
  const files = await readdir(NETWORKS_FOLDER);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort();
}

/**
 * Loads a shipped network by its name, or the file at this path: `detour-network/1`, or GraphML where the name ends
 * in `.graphml`. Throws FILE_UNREADABLE where there is nothing to
 * read (with the shipped names, when it looks like a name) and INVALID_NETWORK where it is wrong; each names the file.
 */
export async function loadNetwork(nameOrPath: string): Promise<ValidatedNetwork> {
  const shipped = await shippedNetworks();
  if (shipped.includes(nameOrPath)) return readNetworkFile(join(NETWORKS_FOLDER, `${nameOrPath}.json`), nameOrPath);
  try {
    return await readNetworkFile(nameOrPath, nameOrPath);
  } catch (error) {
    if (!isAbsent(error) || /[\\/]|\.\w+$/.test(nameOrPath)) throw error;
    throw new DetourError('FILE_UNREADABLE', `there is no network named "${nameOrPath}", nor a file of that name`, {
      field: 'network',
      value: nameOrPath,
      hint: `shipped networks: ${shipped.join(', ')}`,
      cause: error,
    });
  }
}

/** Loads a `detour-demands/1` file for this network. Throws FILE_UNREADABLE or INVALID_DEMANDS, naming the file. */
export async function loadDemands(path: string, network: Network): Promise<ValidatedDemands> {
  const text = await readText(path, 'INVALID_DEMANDS');
  return named(path, 'INVALID_DEMANDS', () => validateDemands(parseJson(text, 'INVALID_DEMANDS'), network));
}

/**
 * Loads a file that says it is a `detour-plan/1`; whether it really has that shape is for `verify` to tell. Throws
 * FILE_UNREADABLE or INVALID_INPUT, naming the file.
 */
export async function loadPlan(path: string): Promise<unknown> {
  const text = await readText(path, 'INVALID_INPUT');
  return named(path, 'INVALID_INPUT', () => {
    const value = parseJson(text, 'INVALID_INPUT');
    if (isObject(value) && value.format === 'detour-plan/1') return value;
    throw new DetourError('INVALID_INPUT', 'format: must be "detour-plan/1"', { field: 'format' });
  });
}

async function readNetworkFile(path: string, shownAs: string): Promise<ValidatedNetwork> {
  const text = await readText(path, 'INVALID_NETWORK');
  return named(shownAs, 'INVALID_NETWORK', () =>
    path.endsWith('.graphml')
      ? readGraphml(text, { name: networkNameFrom(path) })
      : validateNetwork(parseJson(text, 'INVALID_NETWORK')),
  );
}

/** A name for a network whose file has none that could be a key. */
export function networkNameFrom(path: string): string {
  return (
    basename(path)
      .replace(/\.(graphml|gexf|json|xml|txt)$/, '')
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+/u, '')
      .slice(0, 64) || 'network'
  );
}

/** Puts the file's name in front of what is wrong with it. */
export function named<T>(path: string, key: ErrorKey, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidFileError) {
      throw new InvalidFileError(key, error.problems, error.problemCount, `${path}: `);
    }
    if (!(error instanceof DetourError)) throw error;
    throw new DetourError(key, `${path}: ${error.message}`, { value: error.value, hint: error.hint, cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the name is too long',
};

/** The text of a file; its size is bounded. Throws FILE_UNREADABLE, or `key` where it is no text; both name the file. */
export async function readText(path: string, key: ErrorKey): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DetourError(key, `${path}: is not UTF-8 text`, { value: path, cause });
  }
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    // Without O_NONBLOCK a named pipe would hold us until someone writes to it.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { size } = await checkedStat(file, path);
      if (size > MAX_FILE_BYTES) throw tooLarge(path);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof DetourError) throw cause;
    const code = codeOf(cause);
    const reason = (code && REASONS[code]) ?? code ?? 'it cannot be opened';
    throw new DetourError('FILE_UNREADABLE', `${path}: cannot be read, ${reason}`, { value: path, cause });
  }
}

async function checkedStat(file: Awaited<ReturnType<typeof open>>, path: string): Promise<{ size: number }> {
  const stat = await file.stat();
  if (stat.isFile()) return stat;
  const what = stat.isDirectory() ? 'it is a folder' : 'it is not a plain file';
  throw new DetourError('FILE_UNREADABLE', `${path}: cannot be read, ${what}`, { value: path });
}

function tooLarge(path: string): DetourError {
  const limit = `${MAX_FILE_BYTES / 1024 / 1024} MiB`;
  return new DetourError('FILE_UNREADABLE', `${path}: is larger than ${limit}`, { value: path });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function isAbsent(error: unknown): boolean {
  return error instanceof DetourError && error.cause !== undefined && codeOf(error.cause) === 'ENOENT';
}
