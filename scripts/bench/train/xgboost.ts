import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { BIN_COUNT } from '../../../src/predict/trees/bins.ts';
import type { BoostSettings, Examples } from '../../../src/predict/trees/boost.ts';

export interface XgboostRun {
  readonly version: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the rows after the first `trainRows`. */
  readonly margins: Float32Array;
}

/** Trains Debian's XGBoost on the same rows, with the same settings; says on stderr why where it cannot. */
export function runXgboost(all: Examples, trainRows: number, settings: BoostSettings): XgboostRun | null {
  const folder = mkdtempSync(join(tmpdir(), 'detour-train-'));
  try {
    const file = (name: string) => join(folder, name);
    writeFileSync(file('table'), new Uint8Array(all.table.values.buffer));
    writeFileSync(file('labels'), new Uint8Array(all.labels.buffer));
    const { status, stdout, stderr, error } = spawnSync(
      '/usr/bin/python3',
      [join(PACKAGE_ROOT, 'scripts', 'bench', 'train', 'time-xgboost.py')],
      { input: JSON.stringify({ ...given(all, trainRows, settings), ...filesIn(file) }), encoding: 'utf8' },
    );
    if (status !== 0) {
      const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
      process.stderr.write(`XGBoost was not measured: ${why} (apt-get install python3-xgboost)\n`);
      return null;
    }
    const answer = JSON.parse(stdout) as Omit<XgboostRun, 'margins'>;
    return { ...answer, margins: new Float32Array(new Uint8Array(readFileSync(file('margins'))).buffer) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function given({ table }: Examples, trainRows: number, settings: BoostSettings) {
  const { maxDepth: depth, treeCount: trees, learningRate, l2, minLeafWeight } = settings;
  return { features: table.names.length, trainRows, depth, trees, learningRate, l2, minLeafWeight, bins: BIN_COUNT };
}

function filesIn(file: (name: string) => string) {
  return { table: file('table'), labels: file('labels'), margins: file('margins') };
}
