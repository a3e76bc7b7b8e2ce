import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const KEPT_CHARACTERS = 200_000;

/**
 * Runs a program to its end. Never rejects for a program that fails: the caller knows what to tell the reader.
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>} code null: it could not be started,
 * ended by a signal or ran into the time limit
 */
export function run(program, args, { cwd, env = process.env, timeoutMs = 600_000 } = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd, env, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8');
      child[name].on('data', (chunk) => {
        texts[name] = (texts[name] + chunk).slice(-KEPT_CHARACTERS);
      });
    }
    child.once('error', (error) => done({ code: null, stdout: texts.stdout, stderr: error.message }));
    child.once('close', (code) => done({ code, ...texts }));
  });
}

/** The full path of a program on the PATH; null when there is none. */
export function which(name, env = process.env) {
  for (const folder of (env.PATH || '').split(delimiter)) {
    if (folder && isExecutable(join(folder, name))) return join(folder, name);
  }
  return null;
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The line that says most: the last one that speaks of an error, else the last one. */
export function tellingLine(text) {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (
    lines.filter((line) => /^E:|error|fail/i.test(line) && !/complete log/i.test(line)).pop() ||
    lines.pop() ||
    'no message'
  );
}
