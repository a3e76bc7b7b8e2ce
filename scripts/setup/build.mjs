import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './command.mjs';
import { ProblemForPeople } from './report.mjs';

const FOLDERS = ['src', 'topology', 'jobs'];
const SETTINGS = ['tsconfig.json', 'scripts/tsconfig.build.json', 'package-lock.json'];
const stampOf = (root) => join(root, 'dist', '.detour-build');

/** False when dist/ was built from the sources as they are, else the reason why it was not. */
export function buildNeeded(root) {
  const stamp = readOrNull(stampOf(root));
  if (stamp === null) return 'nothing is built yet';
  return stamp === fingerprint(root) ? false : 'sources changed';
}

export async function build(root, env) {
  // Taken before the compiler runs: a file that changes meanwhile makes the next setup build again.
  const before = fingerprint(root);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [compiler, '-p', join(root, 'scripts', 'tsconfig.build.json'), '--pretty', 'false'];
  const result = await run(process.execPath, args, { cwd: root, env });
  if (result.code !== 0) throw new ProblemForPeople(`the build failed: ${summary(result.stdout || result.stderr)}`);
  removeLeftovers(root);
  writeFileSync(stampOf(root), before);
}

function summary(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more lines: npm run build)` : '';
  return (lines[0] ?? 'the compiler said nothing') + more;
}

/** Paths, sizes and times of all sources: reading times is enough, and several times faster than reading files. */
function fingerprint(root) {
  const hash = createHash('sha256');
  for (const path of SETTINGS) note(hash, root, join(root, path));
  for (const folder of FOLDERS) {
    for (const path of filesIn(join(root, folder))) if (path.endsWith('.ts')) note(hash, root, path);
  }
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
