import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';

/** A script that builds a test bed, says what it built in one line of JSON, obeys lines, and is gone when its input ends. */
export class Testbed {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #stderr = '';
  #last: Promise<void> = Promise.resolve();

  constructor(script: 'bed.sh' | 'pair.sh', community: string, env: NodeJS.ProcessEnv = {}) {
    this.#process = spawn(join(PACKAGE_ROOT, 'scripts/testbed', script), ['run'], {
      env: { ...process.env, TESTBED_COMMUNITY: community, ...env },
    });
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints. */
  async answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the test bed ended: ${this.#stderr}`);
    return JSON.parse(value);
  }

  /** Resolves when it has done what it was told, one after another; rejects on any other answer. */
  command(text: string): Promise<void> {
    const done = this.#last.then(() => this.#command(text));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #command(text: string): Promise<void> {
    this.#process.stdin.write(`${text}\n`);
    const answer = JSON.stringify(await this.answer());
    if (answer !== JSON.stringify({ done: text })) throw new Error(`the test bed answered ${answer} to ${text}`);
  }

  async close(): Promise<void> {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}
