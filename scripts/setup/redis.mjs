import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isExecutable, run, tellingLine, which } from './command.mjs';
import { ProblemForPeople } from './report.mjs';

const PACKAGES = ['redis-server', 'redis-tools'];
const WAYS_OUT = 'or name a binary in REDIS_SERVER_BIN, or a running Redis in REDIS_URL';

/** Where src/redis-server/find.ts looks last. */
const launcherOf = (root) => join(root, '.cache', 'redis', 'bin', 'redis-server');

/** False when a Redis can be had already, looked for in the order of src/redis-server/find.ts. */
export function redisNeeded(root, env) {
  if (env.REDIS_URL || env.DETOUR_REDIS_URL || namedInConfigFile(env)) return false;
  const named = env.DETOUR_REDIS_SERVER_BIN || env.REDIS_SERVER_BIN;
  if (named) return false; // a wrong one is refused by name when the service starts
  if (which('redis-server', env) || isExecutable(launcherOf(root))) return false;
  return 'there is none on the PATH';
}

/**
 * Unpacks Debian's or Ubuntu's own packages below `.cache/redis`, without root: apt gets state folders of its own.
 * The launcher beside them makes the libraries known, so that it can be used like an installed redis-server.
 */
export async function fetchRedis(root, env) {
  if (!which('apt-get', env) || !which('dpkg-deb', env)) throw new ProblemForPeople(howToInstall());
  const cache = join(root, '.cache');
  const work = join(cache, `redis-setup-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  try {
    const files = await download(work, env);
    const unpacked = join(work, 'redis');
    for (const file of files) await must('dpkg-deb', ['-x', file, unpacked], work, env);
    writeLauncher(unpacked);
    await must(join(unpacked, 'bin', 'redis-server'), ['--version'], work, env);
    rmSync(join(cache, 'redis'), { recursive: true, force: true });
    renameSync(unpacked, join(cache, 'redis'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function download(work, env) {
  const state = {
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'Dir::Cache::archives': join(work, 'cache', 'archives'),
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Debug::NoLocking': 'true',
    // As root, apt would hand downloads to a user who may not enter this folder.
    'APT::Sandbox::User': 'root',
  };
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs'])
    mkdirSync(join(work, folder), { recursive: true });
  const options = Object.entries(state).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const debs = join(work, 'debs');
  // One broken third-party source makes `update` fail although the rest is there: only the download decides.
  const update = await run('apt-get', [...options, '-q', 'update'], { cwd: debs, env: plain(env), timeoutMs: 300_000 });
  const names = await missingPackages(options, debs, env);
  const got = await run('apt-get', [...options, '-q', 'download', ...names], {
    cwd: debs,
    env: plain(env),
    timeoutMs: 300_000,
  });
  if (got.code !== 0) {
    const reason = tellingLine(update.code === 0 ? got.stderr : update.stderr || got.stderr);
    throw new ProblemForPeople(
      `Redis could not be downloaded: ${reason} (install it: sudo apt-get install redis-server, ${WAYS_OUT})`,
    );
  }
  return readdirSync(debs)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(debs, name));
}

/** What an installation would add to this machine: Redis and the libraries that are not there yet. */
async function missingPackages(options, cwd, env) {
  const args = [...options, '-q', '-s', '--no-install-recommends', 'install', ...PACKAGES];
  const simulated = await run('apt-get', args, { cwd, env: plain(env) });
  const names = [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]);
  return simulated.code === 0
    ? [...new Set([...PACKAGES, ...names])]
    : [...PACKAGES, ...(await directDependencies(options, cwd, env))];
}

/** For a machine whose own packages are in disorder, where apt refuses to simulate. */
async function directDependencies(options, cwd, env) {
  const listed = await run('apt-cache', [...options, '--important', 'depends', ...PACKAGES], { cwd, env: plain(env) });
  const names = [...listed.stdout.matchAll(/^ {2}Depends: ([a-z0-9.+-]+)$/gm)].map((match) => match[1]);
  return [...new Set(names)].filter((name) => name.startsWith('lib') && !/^libc6|^libgcc/.test(name));
}

/** `exec` keeps one process: a signal to the launcher is a signal to Redis. */
function writeLauncher(unpacked) {
  const libraries = [...libraryFolders(unpacked)].map((folder) => `"$here/${folder}"`).join(':');
  const script = `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
${libraries && `export LD_LIBRARY_PATH=${libraries}\${LD_LIBRARY_PATH:+":$LD_LIBRARY_PATH"}`}
exec "$here/usr/bin/redis-server" "$@"
`;
  mkdirSync(join(unpacked, 'bin'), { recursive: true });
  writeFileSync(join(unpacked, 'bin', 'redis-server'), script);
  chmodSync(join(unpacked, 'bin', 'redis-server'), 0o755);
}

/** Folders below that hold shared libraries, e.g. `usr/lib/x86_64-linux-gnu`. */
function libraryFolders(root, below = '') {
  const found = new Set();
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) for (const folder of libraryFolders(root, path)) found.add(folder);
    else if (/\.so(\.\d+)*$/.test(entry.name)) found.add(below);
  }
  return found;
}

async function must(program, args, cwd, env) {
  const result = await run(program, args, { cwd, env: plain(env) });
  if (result.code !== 0) {
    throw new ProblemForPeople(
      `Redis was downloaded but is not usable: ${tellingLine(result.stderr)} (install it: sudo apt-get install redis-server, ${WAYS_OUT})`,
    );
  }
}

/** Messages are read by us: in English. */
function plain(env) {
  return { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
}

function howToInstall() {
  const how =
    process.platform === 'darwin'
      ? 'brew install redis'
      : 'install redis-server 6.2 or newer with your package manager';
  return `DETOUR_ERR_REDIS_MISSING: no redis-server on the PATH (${how}, ${WAYS_OUT})`;
}

function namedInConfigFile(env) {
  if (!env.DETOUR_CONFIG || !existsSync(env.DETOUR_CONFIG)) return false;
  return /^\s*redis(Url|ServerBin)\s*:\s*\S/m.test(readFileSync(env.DETOUR_CONFIG, 'utf8'));
}
