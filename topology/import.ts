import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DetourError } from '../src/core/errors.ts';
import { named, networkNameFrom, readText } from './files.ts';
import { readB4 } from './formats/b4.ts';
import { validateNetwork } from './formats/detour-network.ts';
import { readGexf } from './formats/gexf.ts';
import { readGraphml } from './formats/graphml.ts';
import type { ImportedNetwork, ImportOptions } from './formats/import-options.ts';
import { parseJson } from './formats/json.ts';
import { readSndlibNative } from './formats/sndlib-native.ts';
import { readSndlibXml } from './formats/sndlib-xml.ts';
import { readTeal } from './formats/teal.ts';

/** Formats that networks are read from; `b4` is a folder. */
export const IMPORT_FORMATS = ['detour', 'graphml', 'gexf', 'sndlib-xml', 'sndlib-native', 'teal', 'b4'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export interface ImportRequest extends Omit<ImportOptions, 'name'> {
  /** Found from the content where it is null. */
  readonly format: ImportFormat | null;
  /** From the name of the file where it is null. */
  readonly name: string | null;
  /** Which traffic matrix of several, from 1. */
  readonly matrix: number;
}

export interface Import extends ImportedNetwork {
  readonly format: ImportFormat;
  /** How many traffic matrices there are. */
  readonly matrices: number;
}

/**
 * Reads a network, and its traffic where it has any, from a foreign file or folder. Throws FILE_UNREADABLE,
 * INVALID_NETWORK or INVALID_DEMANDS; each names the file.
 */
export async function importNetwork(path: string, request: ImportRequest): Promise<Import> {
  const options = { ...request, name: request.name ?? networkNameFrom(path) };
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (request.format === 'b4' || (request.format === null && isFolder)) return importB4(path, options);
  const text = await readText(path, 'INVALID_NETWORK');
  return named(path, 'INVALID_NETWORK', () => {
    const format = request.format ?? formatOf(text);
    const found = READERS[format](text, options);
    return {
      demands: [],
      ...found,
      network: renamed(found.network, request.name),
      format,
      matrices: hasDemands(found),
    };
  });
}

function hasDemands(found: { readonly demands?: readonly unknown[] }): number {
  return (found.demands?.length ?? 0) > 0 ? 1 : 0;
}

function renamed(network: ImportedNetwork['network'], name: string | null): ImportedNetwork['network'] {
  return name === null ? network : { ...network, name };
}

type Reader = (text: string, options: ImportOptions) => Omit<ImportedNetwork, 'demands'> & Partial<ImportedNetwork>;

const READERS: Readonly<Record<Exclude<ImportFormat, 'b4'>, Reader>> & { readonly b4: Reader } = {
  detour: (text) => validateNetwork(parseJson(text, 'INVALID_NETWORK')),
  graphml: readGraphml,
  gexf: readGexf,
  'sndlib-xml': readSndlibXml,
  'sndlib-native': readSndlibNative,
  teal: readTeal,
  b4: () => {
    throw new DetourError('INVALID_NETWORK', 'b4 is a folder, not a file');
  },
};

/** What a text is, by its beginning. */
function formatOf(text: string): ImportFormat {
  const head = text.slice(0, 4096);
  if (/^\uFEFF?\s*\{/.test(head)) return /"format"\s*:\s*"detour-network\/1"/.test(head) ? 'detour' : 'teal';
  if (/<(\w+:)?graphml[\s>]/.test(head)) return 'graphml';
  if (/<(\w+:)?gexf[\s>]/.test(head)) return 'gexf';
  if (/<(\w+:)?network[\s>]/.test(head)) return 'sndlib-xml';
  if (/^\uFEFF?\?SNDlib native format/.test(head) || /^(META|NODES)\s*\(/m.test(head)) return 'sndlib-native';
  throw new DetourError('INVALID_NETWORK', 'is in no format that is known', {
    hint: `name it with --format: ${IMPORT_FORMATS.join(', ')}`,
  });
}

async function importB4(folder: string, options: ImportOptions & { readonly matrix: number }): Promise<Import> {
  const text = (file: string) => readText(join(folder, file), 'INVALID_NETWORK');
  const links = await text('IP_topo_1.txt').catch((error: unknown) =>
    // As the project lays it out, or flat.
    text(join('IP_topo_1', 'IP_topo_1.txt')).catch(() => Promise.reject(error)),
  );
  const demands = await stat(join(folder, 'demand.txt')).then(
    () => text('demand.txt'),
    () => null,
  );
  const files = { nodes: await text('IP_nodes.txt'), fibres: await text('optical_topo.txt'), links, demands };
  return named(folder, 'INVALID_NETWORK', () => {
    const { network, matrices, warnings } = readB4(files, options);
    const chosen = matrices[options.matrix - 1] ?? null;
    if (chosen === null && (matrices.length > 0 || options.matrix > 1)) {
      throw new DetourError('INVALID_DEMANDS', `there is no traffic matrix ${options.matrix}, only ${matrices.length}`);
    }
    return { network, warnings, demands: chosen ?? [], format: 'b4' as const, matrices: matrices.length };
  });
}
