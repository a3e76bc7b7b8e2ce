/** Something the reader can put right: printed as one line, without a stack. */
export class ProblemForPeople extends Error {}

export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

const STILL_MS = 10_000;

/** Says what begins, that it goes on, and how long it took. */
export async function step(title, work) {
  const startedMs = Date.now();
  const seconds = () => ((Date.now() - startedMs) / 1000).toFixed(1);
  say(`${title} ...`);
  const timer = setInterval(() => say(`  still at it after ${seconds()} s`), STILL_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  say(`  done in ${seconds()} s`);
}
