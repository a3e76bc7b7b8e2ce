import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildNeeded } from './build.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesNeeded } from './packages.mjs';
import { fetchRedis, redisNeeded } from './redis.mjs';
import { ProblemForPeople, say, step } from './report.mjs';

const ROOT = resolve(fileURLToPath(new URL('../../', import.meta.url)));

/**
 * In this order: the build needs the packages. `needed` is cheap and answers false or the reason why there is
 * something to do; `run` does it.
 */
const STEPS = [
  { title: 'installing packages (npm ci)', needed: packagesNeeded, run: installPackages },
  { title: 'fetching the Redis server', needed: redisNeeded, run: fetchRedis },
  { title: 'building', needed: buildNeeded, run: build },
];

/** Sets the exit code rather than exiting, so that what was printed gets out. */
export async function main(root = ROOT, env = process.env) {
  try {
    if (!STEPS.some((each) => each.needed(root, env))) return;
    // Two setups at once (npm start beside npm test) would write the same files: the second waits, then looks again.
    await withLock(join(root, '.cache', 'setup.lock'), async () => {
      for (const each of STEPS) {
        const reason = each.needed(root, env);
        if (reason) await step(`${each.title}: ${reason}`, () => each.run(root, env));
      }
    });
  } catch (error) {
    if (!(error instanceof ProblemForPeople)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
