import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { kill, start } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';

const LOCK = { name: 'x', version: '1.0.0', lockfileVersion: 3, packages: { '': { name: 'x' } } };
const TSCONFIG = {
  compilerOptions: { module: 'NodeNext', target: 'ES2023', strict: true, types: [], rootDir: '..', outDir: '../dist' },
  include: ['../src', '../topology', '../jobs'],
  exclude: ['../src/web'],
};
const VITE_CONFIG = { root: 'src/web', build: { outDir: '../../dist/web', emptyOutDir: true } };

/** A small project with our setup script, whose packages are installed and whose build is still to come. */
function project(): string {
  const root = tempDir('setup');
  write(root, 'package.json', JSON.stringify({ name: 'x', type: 'module' }));
  write(root, 'package-lock.json', JSON.stringify(LOCK));
  write(root, 'tsconfig.json', '{}');
  write(root, 'scripts/tsconfig.build.json', JSON.stringify(TSCONFIG));
  write(root, 'src/one.ts', 'export const one: number = 1;\n');
  write(root, 'src/two.ts', 'export const two: number = 2;\n');
  write(root, 'src/core/units.ts', 'export const unit: string = "ms";\n');
  write(root, 'vite.config.ts', `export default ${JSON.stringify(VITE_CONFIG)};\n`);
  write(root, 'src/web/index.html', '<!doctype html><script type="module" src="./main.ts"></script>\n');
  write(root, 'src/web/main.ts', 'document.title = "first";\n');
  write(root, 'node_modules/.package-lock.json', JSON.stringify({ ...LOCK, packages: {} }));
  for (const name of ['typescript', '@typescript', 'vite']) {
    if (existsSync(join(PACKAGE_ROOT, 'node_modules', name))) {
      symlinkSync(join(PACKAGE_ROOT, 'node_modules', name), join(root, 'node_modules', name));
    }
  }
  for (const name of ['setup.mjs', 'setup']) {
    cpSync(join(PACKAGE_ROOT, 'scripts', name), join(root, 'scripts', name), { recursive: true });
  }
  return root;
}

function write(root: string, name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

/** All scripts of the built screen. */
function screenOf(root: string): string {
  const folder = join(root, 'dist', 'web', 'assets');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

function program(root: string, name: string, text: string): string {
  write(root, name, text);
  chmodSync(join(root, name), 0o755);
  return join(root, name);
}

const WITH_REDIS = { REDIS_URL: 'redis://127.0.0.1:1', PATH: process.env.PATH };

function begin(root: string, env: NodeJS.ProcessEnv = WITH_REDIS, nodeArgs: readonly string[] = []) {
  const running = start(process.execPath, [...nodeArgs, join(root, 'scripts', 'setup.mjs')], { cwd: root, env });
  onTestFinished(() => kill(running.pid));
  return running;
}

async function setup(root: string, env: NodeJS.ProcessEnv = WITH_REDIS, nodeArgs: readonly string[] = []) {
  const running = begin(root, env, nodeArgs);
  const { code } = await running.ended;
  return { code, output: running.output() };
}

describe('setup', { timeout: 60_000 }, () => {
  it('builds once, then has nothing to do and says nothing', async () => {
    const root = project();
    const first = await setup(root);
    expect(first.code, first.output).toBe(0);
    expect(first.output).toContain('building');
    expect(existsSync(join(root, 'dist', 'src', 'one.js'))).toBe(true);
    expect(await setup(root)).toEqual({ code: 0, output: '' });
  });

  it('builds again when a source changes, and forgets sources that are gone', async () => {
    const root = project();
    await setup(root);
    write(root, 'src/one.ts', 'export const one: number = 1111;\n');
    rmSync(join(root, 'src', 'two.ts'));
    expect((await setup(root)).code).toBe(0);
    expect(readFileSync(join(root, 'dist', 'src', 'one.js'), 'utf8')).toContain('1111');
    expect(existsSync(join(root, 'dist', 'src', 'two.js'))).toBe(false);
  });

  it('builds the screen beside the service, and each only when its own sources change', async () => {
    const root = project();
    await setup(root);
    expect(screenOf(root)).toContain('first');
    const service = statSync(join(root, 'dist', '.detour-build')).mtimeMs;
    write(root, 'src/web/main.ts', 'document.title = "second, longer";\n');
    expect((await setup(root)).code).toBe(0);
    expect(screenOf(root)).toContain('second');
    expect(statSync(join(root, 'dist', '.detour-build')).mtimeMs).toBe(service);
    expect(existsSync(join(root, 'dist', 'src', 'web'))).toBe(false);
  });

  it('says in one line where the build failed, and tries again next time', async () => {
    const root = project();
    write(root, 'src/one.ts', 'export const one: number = "1";\n');
    const failed = await setup(root);
    expect(failed.code).toBe(1);
    expect(failed.output.trim().split('\n').at(-1)).toMatch(/^setup: the build failed: src\/one\.ts.*TS2322/);
    write(root, 'src/one.ts', 'export const one: number = 1;\n');
    expect((await setup(root)).code).toBe(0);
  });

  it('lets one of several work and the others wait', async () => {
    const root = project();
    const all = await Promise.all([setup(root), setup(root), setup(root)]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(all.filter(({ output }) => output.includes('building'))).toHaveLength(1);
    expect(readdirSync(join(root, '.cache'))).toEqual([]);
  });

  it('takes over from a setup that was killed', async () => {
    const root = project();
    const ended = start(process.execPath, ['-e', '']);
    await ended.ended;
    write(root, '.cache/setup.lock', String(ended.pid));
    expect((await setup(root)).code).toBe(0);
  });

  it('waits for a setup that is at work', async () => {
    const root = project();
    write(root, '.cache/setup.lock', String(process.pid));
    const running = begin(root);
    await waitFor('it to wait', () => running.output().includes(`waiting for another setup (process ${process.pid})`), {
      timeoutMs: 20_000,
    });
    rmSync(join(root, '.cache', 'setup.lock'));
    expect((await running.ended).code).toBe(0);
  });

  it('installs with the build tools when the lock asks for what is not there, even in production', async () => {
    const root = project();
    const wanted = { ...LOCK, packages: { '': {}, 'node_modules/y': { version: '2.0.0' } } };
    write(root, 'package-lock.json', JSON.stringify(wanted));
    const npm = program(
      root,
      'fake/npm-cli.js',
      `const { appendFileSync, copyFileSync } = require('node:fs');
       appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
       copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`,
    );
    write(root, 'fake/package.json', '{}');
    const env = { ...WITH_REDIS, npm_execpath: npm, NODE_ENV: 'production' };
    const first = await setup(root, env);
    expect(first.code, first.output).toBe(0);
    expect(first.output).toContain('node_modules/y is not at 2.0.0');
    await setup(root, env);
    expect(readFileSync(join(root, 'calls'), 'utf8')).toMatch(/^ci --include=dev [^\n]*\n$/);
  });

  it('says in one line what npm complained about', async () => {
    const root = project();
    rmSync(join(root, 'node_modules', '.package-lock.json'));
    const npm = program(root, 'fake/npm-cli.js', 'console.error("npm error network is away"); process.exit(1);');
    const failed = await setup(root, { ...WITH_REDIS, npm_execpath: npm });
    expect(failed.code).toBe(1);
    expect(failed.output.trim().split('\n').at(-1)).toMatch(/^setup: npm ci failed: npm error network is away \(.+\)$/);
  });

  it('is content with a redis-server on the PATH, and tells how to get one where apt is missing', async () => {
    const root = project();
    const missing = await setup(root, { PATH: join(root, 'bin') });
    expect(missing.code).toBe(1);
    expect(missing.output).toMatch(/DETOUR_ERR_REDIS_MISSING: .*install.*REDIS_SERVER_BIN.*REDIS_URL/);
    program(root, 'bin/redis-server', '#!/bin/sh\n');
    const found = await setup(root, { PATH: join(root, 'bin') });
    expect(found.code, found.output).toBe(0);
  });

  it('tells an old Node that it is too old, in syntax that an old Node reads', async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '12.22.12' } })`;
    const old = await setup(project(), WITH_REDIS, ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`]);
    expect(old.code).toBe(1);
    expect(old.output).toMatch(/^DETOUR_ERR_NODE_TOO_OLD: this is Node 12\.22\.12, Detour needs 20\.19 .*\n$/);
    const source = readFileSync(join(PACKAGE_ROOT, 'scripts', 'setup.mjs'), 'utf8');
    expect(source).not.toMatch(/\?\.|\?\?|\|\|=|&&=|^import |^await |replaceAll|\.at\(|#\w+ ?[=(]/m);
  });
});
