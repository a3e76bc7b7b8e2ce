import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import type { RiskDataset } from '../../../src/predict/risk/dataset.ts';
import { RISK_FEATURE_NAMES } from '../../../src/predict/risk/features.ts';
import { RISK_HORIZONS } from '../../../src/predict/risk/labels.ts';

const FOLDER = join(PACKAGE_ROOT, '.cache', 'risk-rows');
/** Code that decides what is in a row: where any of it changes, rows are made anew. */
const SOURCES = ['src/predict/risk', 'src/telemetry/simulator', 'src/twin', 'topology/generate'];
const MORE_SOURCES = ['src/predict/minutes.ts', 'src/predict/minutes-column.ts', 'src/core/rng.ts'];

/** Rows of a world as they were made before with the same code and plan, or made now and kept. */
export function cachedRows(plan: unknown, make: () => RiskDataset): RiskDataset {
  const path = join(FOLDER, `${keyOf(plan)}.bin`);
  const kept = read(path);
  if (kept !== null) return kept;
  const made = make();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${path}.part`, octetsOf(made));
  renameSync(`${path}.part`, path);
  return made;
}

function keyOf(plan: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(plan));
  for (const path of [...SOURCES.flatMap(filesIn), ...MORE_SOURCES]) {
    if (isAboutRows(path)) hash.update(readFileSync(join(PACKAGE_ROOT, path)));
  }
  return hash.digest('hex').slice(0, 32);
}

function filesIn(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .sort();
}

/** What is learnt from rows, and how it is judged, is not about what stands in them. */
const isAboutRows = (path: string) =>
  path.endsWith('.ts') &&
  !/risk\/(attribution|baselines|explain|model|model-file|over-features|path-walk|report|train|trial)\.ts$/.test(path);

function octetsOf({ table, within, weights, atMs, world }: RiskDataset): Buffer {
  const count = Float64Array.of(table.rowCount);
  return Buffer.concat(
    [count, atMs, table.values, ...within, weights, world].map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    ),
  );
}

function read(path: string): RiskDataset | null {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return null;
  }
  const octets = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  let at = 8;
  const take = <T>(
    type: new (buffer: ArrayBufferLike, from: number, length: number) => T,
    size: number,
    length: number,
  ) => {
    const values = new type(octets, at, length);
    at += size * length;
    return values;
  };
  const rowCount = new Float64Array(octets, 0, 1)[0] as number;
  const atMs = take(Float64Array, 8, rowCount);
  const values = take(Float32Array, 4, rowCount * RISK_FEATURE_NAMES.length);
  return {
    table: { names: RISK_FEATURE_NAMES, rowCount, values },
    within: RISK_HORIZONS.map(() => take(Float32Array, 4, rowCount)),
    weights: take(Float32Array, 4, rowCount),
    atMs,
    world: take(Int32Array, 4, rowCount),
  };
}
