import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';

interface Finding {
  readonly category: string;
  readonly file: string;
}

/** What the project's own rules say about these files, in a folder of their own. */
function lint(files: Readonly<Record<string, string>>): Finding[] {
  const root = mkdtempSync(join(tmpdir(), 'detour-fences-'));
  for (const name of ['biome.json', 'package.json']) cpSync(join(PACKAGE_ROOT, name), join(root, name));
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const biome = join(PACKAGE_ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const run = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=200', '.'], {
    cwd: root,
    encoding: 'utf8',
  });
  rmSync(root, { recursive: true, force: true });
  const report = JSON.parse(run.stdout) as { diagnostics: { category: string; location: { path: unknown } }[] };
  return report.diagnostics.map(({ category, location }) => ({ category, file: JSON.stringify(location.path) }));
}

const FORBIDDEN = [
  ['src/core', '../config/load.ts'],
  ['topology', '../src/twin/graph.ts'],
  ['src/health', '../store/store.ts'],
  ['src/twin', '../reroute/solver.ts'],
  ['src/reroute', '../store/redis/store.ts'],
  ['src/store', './redis/store.ts'],
  ['src/pipeline', '../store/memory/store.ts'],
  ['src/pipeline', '../telemetry/simulator/world.ts'],
  ['src/telemetry/simulator', '../../reroute/solver.ts'],
  ['src/verify', '../reroute/solver.ts'],
  ['src/redis-server', '../store/store.ts'],
  ['src/api/routes', '../../store/redis/store.ts'],
  ['src/api/routes', '../../main/service.ts'],
  ['src/main', '../cli/program.ts'],
  ['jobs', '../src/store/redis/store.ts'],
  ['jobs', '../src/api/app.ts'],
  ['src/health', 'net-snmp'],
  ['src/reroute', 'ioredis'],
  ['src/pipeline', 'ioredis'],
  ['src/main', 'bullmq'],
  ['src/main', 'fastify'],
  ['jobs', 'fastify'],
  ['src/api/routes', 'bullmq'],
] as const;

const ALLOWED = [
  ['src/health', '../core/ids.ts'],
  ['src/health', '../telemetry/sample.ts'],
  ['src/telemetry/snmp/agent', '../../../core/ids.ts'],
  ['src/telemetry/snmp', 'net-snmp'],
  ['src/store/redis', 'ioredis'],
  ['src/main', 'ioredis'],
  ['src/main', '../store/redis/store.ts'],
  ['jobs', 'bullmq'],
  ['src/api/routes', 'fastify'],
  ['src/api/routes', 'node:fs/promises'],
] as const;

const CYCLE = {
  'src/core/one.ts': "import { two } from './two.ts';\n\nexport const one = () => two;\n",
  'src/core/two.ts': "import { one } from './one.ts';\n\nexport const two = () => one;\n",
};

/** One file per case; the name tells which. */
const fileOf = (folder: string, specifier: string): string => `${folder}/${specifier.replaceAll(/\W+/g, '-')}-case.ts`;

describe('the fences between the rooms', () => {
  let findings: Finding[] = [];
  const has = (category: string, file: string): boolean =>
    findings.some((finding) => finding.category === category && finding.file.includes(file));

  beforeAll(() => {
    const cases = [...FORBIDDEN, ...ALLOWED].map(([folder, specifier]) => [
      fileOf(folder, specifier),
      `import { something } from '${specifier}';\n\nexport const used = something;\n`,
    ]);
    findings = lint({ ...Object.fromEntries(cases), ...CYCLE });
  });

  it.each(FORBIDDEN)('%s may not import %s', (folder, specifier) => {
    expect(has('lint/style/noRestrictedImports', fileOf(folder, specifier))).toBe(true);
  });

  it.each(ALLOWED)('%s may import %s', (folder, specifier) => {
    expect(has('lint/style/noRestrictedImports', fileOf(folder, specifier))).toBe(false);
  });

  it('finds a cycle', () => {
    expect(has('lint/suspicious/noImportCycles', 'src/core/one.ts')).toBe(true);
  });
});
