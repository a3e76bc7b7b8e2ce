import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../../../../src/core/paths.ts';
import { networkHash } from '../../../../topology/formats/detour-network.ts';
import type { BenchNetwork } from '../../networks.ts';
import { type CaseRecord, keyOf } from '../record.ts';

const FORMAT = 'detour-quality-cases/1';
/** Cases made with other contents of these would not be comparable. */
const MAKERS = ['src/reroute', 'src/twin', 'src/verify', 'scripts/bench/oracle', 'scripts/bench/quality'];
/** Of those, what only runs cases or sums them up. */
const NO_MAKERS = /quality\/(run|table)\//;

/** What made the cases: a digest of the code that plans and judges, and of the networks. */
export async function makerDigest(networks: readonly BenchNetwork[]): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of MAKERS) {
    const files = (await readdir(join(PACKAGE_ROOT, folder), { recursive: true })).filter((name) =>
      name.endsWith('.ts'),
    );
    for (const name of files.sort()) {
      const path = join(folder, name);
      if (!NO_MAKERS.test(path)) hash.update(`${path}\n${await readFile(join(PACKAGE_ROOT, path), 'utf8')}\n`);
    }
  }
  for (const { name, network } of networks) hash.update(`${name} ${networkHash(network)}\n`);
  return hash.digest('hex').slice(0, 16);
}

/** Where finished cases are kept, so that a run that was stopped goes on. */
export class CaseFile {
  readonly path: string;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Opens or begins a file. Cases that other code or other networks made are those of this digest from now on where
   * `areSame` says so; without it, or where it says no, it throws.
   */
  static async open(
    path: string,
    digest: string,
    areSame: (cases: readonly CaseRecord[]) => Promise<boolean> = async () => false,
  ): Promise<{ file: CaseFile; cases: CaseRecord[] }> {
    const file = new CaseFile(path);
    if (!existsSync(path)) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${JSON.stringify({ format: FORMAT, digest })}\n`);
      return { file, cases: [] };
    }
    const { made, cases } = await readCases(path);
    if (made !== digest) {
      if (await areSame(cases)) {
        await sign(path, digest);
        return { file, cases };
      }
      throw new Error(
        `${path} has cases of other code or other networks (${made}, this is ${digest}): take another file`,
      );
    }
    return { file, cases };
  }

  add(record: CaseRecord): void {
    this.#last = this.#last.then(() => appendFile(this.path, `${JSON.stringify(record)}\n`));
  }

  /** When all that was added is in the file. */
  written(): Promise<void> {
    return this.#last;
  }
}

/** Puts another digest in the place of the one that a file has. */
async function sign(path: string, digest: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const head = JSON.parse(text.slice(0, text.indexOf('\n'))) as { digest: string; before?: string[] };
  const before = [...(head.before ?? []), head.digest];
  await writeFile(`${path}.new`, JSON.stringify({ ...head, digest, before }) + text.slice(text.indexOf('\n')));
  await rename(`${path}.new`, path);
}

/** The cases of a file; a line that was being written when a run was stopped is left out. */
export async function readCases(path: string): Promise<{ made: string; cases: CaseRecord[] }> {
  const [head = '', ...lines] = (await readFile(path, 'utf8')).split('\n');
  const { format, digest } = JSON.parse(head) as { format?: string; digest?: string };
  if (format !== FORMAT || !digest) throw new Error(`${path} is no ${FORMAT}`);
  // A case may have been judged again, with more; the last line counts.
  const cases = new Map<string, CaseRecord>();
  for (const line of lines.slice(0, -1)) {
    const record = JSON.parse(line) as CaseRecord;
    cases.set(keyOf(record), record);
  }
  return { made: digest, cases: [...cases.values()] };
}
