import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run, tellingLine } from './command.mjs';
import { ProblemForPeople } from './report.mjs';

const stampOf = (root) => join(root, 'node_modules', '.detour-lock');

/** False when node_modules holds what package-lock.json asks for, else the reason why npm has to run. */
export function packagesNeeded(root) {
  const wanted = fingerprint(root);
  const stamp = readOrNull(stampOf(root));
  if (stamp === wanted) return false;
  const missing = firstMissing(root);
  if (missing !== null) return missing;
  noteDown(root, wanted);
  return false;
}

/** Build tools are devDependencies: they are wanted under NODE_ENV=production, too. */
export async function installPackages(root, env) {
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const [program, ...before] = npmCommand(env);
  const result = await run(program, [...before, ...args], { cwd: root, env });
  if (result.code !== 0) {
    throw new ProblemForPeople(
      `npm ci failed: ${tellingLine(result.stderr)} (check the network and the npm registry, then run it again)`,
    );
  }
  noteDown(root, fingerprint(root));
}

/** Only spares time: where the folder cannot be written (another user's checkout), each setup compares again. */
function noteDown(root, text) {
  try {
    writeFileSync(stampOf(root), text);
  } catch {
    // See above.
  }
}

/** The npm that runs us, where one does: it need not be on the PATH. */
function npmCommand(env) {
  const path = env.npm_execpath || '';
  return basename(path) === 'npm-cli.js' ? [process.execPath, path] : ['npm'];
}

function fingerprint(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

/**
 * npm notes what it installed in node_modules/.package-lock.json. Comparing with that spares a second `npm ci` after
 * one by hand. Optional packages are left out: most of them are for other platforms.
 */
function firstMissing(root) {
  const text = readOrNull(join(root, 'node_modules', '.package-lock.json'));
  if (text === null) return 'node_modules is not there';
  const installed = JSON.parse(text).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional || entry.devOptional) continue;
    if (installed[path]?.version !== entry.version) return `${path} is not at ${entry.version}`;
  }
  return null;
}

function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
