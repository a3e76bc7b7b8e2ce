import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import type { Day } from './day.ts';
import type { LoopResult } from './run.ts';

/** Days played with other contents of these would not be comparable. */
const MAKERS = [
  ...['src/health', 'src/pipeline', 'src/reroute', 'src/store/memory', 'src/telemetry/simulator', 'src/twin'],
  ...['jobs', 'topology', 'scripts/bench/closed-loop'],
];

interface Line {
  readonly maker: string;
  readonly day: Day;
  readonly result: LoopResult;
}

/** Finished days, one JSON object a line, so that a run that was stopped goes on. */
export class DayFile {
  readonly path: string;
  readonly #maker: string;
  readonly #lines: Line[];

  private constructor(path: string, maker: string, lines: Line[]) {
    this.path = path;
    this.#maker = maker;
    this.#lines = lines;
  }

  /** Days of other code are left out. */
  static async open(path: string): Promise<DayFile> {
    const maker = await makerDigest();
    const text = existsSync(path) ? await readFile(path, 'utf8') : '';
    const lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
    return new DayFile(
      path,
      maker,
      lines.filter((line) => line.maker === maker),
    );
  }

  find(day: Day): LoopResult | null {
    const key = JSON.stringify(day);
    return this.#lines.find((line) => JSON.stringify(line.day) === key)?.result ?? null;
  }

  async add(day: Day, result: LoopResult): Promise<void> {
    await appendFile(this.path, `${JSON.stringify({ maker: this.#maker, day, result } satisfies Line)}\n`);
  }
}

/** A digest of the code that plays. */
async function makerDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of MAKERS) {
    const names = await readdir(join(PACKAGE_ROOT, folder), { recursive: true });
    for (const name of names.filter((each) => /\.(ts|yaml|json)$/.test(each)).sort()) {
      hash.update(`${folder}/${name}\n${await readFile(join(PACKAGE_ROOT, folder, name), 'utf8')}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}
