import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './command.mjs';
import { ProblemForPeople } from './report.mjs';

const FOLDERS = ['src', 'topology', 'jobs'];
const WEB = join('src', 'web');

/** What is built: from which settings and sources, by which program, and where it says what it was built from. */
const SERVICE = {
  stamp: '.detour-build',
  settings: ['tsconfig.json', 'scripts/tsconfig.build.json', 'package-lock.json'],
  sources: (root) => FOLDERS.flatMap((folder) => filesIn(join(root, folder))).filter(isSourceOf(root)),
  command: ['node_modules/typescript/bin/tsc', '-p', 'scripts/tsconfig.build.json', '--pretty', 'false'],
  after: removeLeftovers,
};
const SCREEN = {
  stamp: '.detour-web-build',
  settings: ['vite.config.ts', 'package-lock.json', 'src/core/units.ts'],
  sources: (root) => filesIn(join(root, WEB)),
  command: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'],
  after: () => {},
};
const PARTS = [SERVICE, SCREEN];

/** False when dist/ was built from the sources as they are, else the reason why it was not. */
export function buildNeeded(root) {
  return PARTS.map((part) => partNeeded(root, part)).find((reason) => reason !== false) ?? false;
}

export async function build(root, env) {
  for (const part of PARTS) if (partNeeded(root, part)) await buildPart(root, env, part);
}

function partNeeded(root, part) {
  const stamp = readOrNull(stampOf(root, part));
  if (stamp === null) return 'nothing is built yet';
  return stamp === fingerprint(root, part) ? false : 'sources changed';
}

async function buildPart(root, env, part) {
  // Taken before the compiler runs: a file that changes meanwhile makes the next setup build again.
  const before = fingerprint(root, part);
  const result = await run(process.execPath, part.command, { cwd: root, env: { ...env, NODE_ENV: 'production' } });
  if (result.code !== 0) throw new ProblemForPeople(`the build failed: ${summary(result.stdout || result.stderr)}`);
  part.after(root);
  writeFileSync(stampOf(root, part), before);
}

const stampOf = (root, { stamp }) => join(root, 'dist', stamp);

const isSourceOf = (root) => (path) => path.endsWith('.ts') && !path.startsWith(join(root, WEB));

function summary(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more lines: npm run build)` : '';
  return (lines[0] ?? 'the compiler said nothing') + more;
}

/** Paths, sizes and times of all sources: reading times is enough, and several times faster than reading files. */
function fingerprint(root, { settings, sources }) {
  const hash = createHash('sha256');
  for (const path of [...settings.map((each) => join(root, each)), ...sources(root)]) note(hash, root, path);
  return hash.digest('hex');
}

function note(hash, root, path) {
  const { size, mtimeMs } = statSync(path);
  hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
}

/** The compiler leaves the output of a source that was removed; it would still be found by an import. */
function removeLeftovers(root) {
  for (const folder of FOLDERS) {
    for (const path of filesIn(join(root, 'dist', folder))) {
      const source = join(root, relative(join(root, 'dist'), path)).replace(/\.js(\.map)?$/, '.ts');
      if (source.endsWith('.ts') && !existsSync(source)) rmSync(path);
    }
  }
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((x, y) => (x.name < y.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}

function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
