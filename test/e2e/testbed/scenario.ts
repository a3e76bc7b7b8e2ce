import { afterAll, beforeAll } from 'vitest';
import { missingForBed } from './bed.ts';
import { type COARSE, Lab } from './lab.ts';

/** What the scenarios need and this machine does not have: where it is something they are skipped, and say so. */
export const missing = missingForBed();
if (missing.length > 0)
  process.stderr.write(`SKIPPED: the scenarios on eleven real routers need ${missing.join(', ')}\n`);

/** On the way from coast to coast, and not the only way. */
export const LINK = 'CHIN-NYCM';
export const LONG = { timeoutMs: 60_000, everyMs: 100 };

/** One line for whoever reads the figures of a scenario. */
export function tell(scenario: string, figures: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ scenario, ...figures })}\n`);
}

/** A lab of its own for the scenarios of a file, with the service running and all links healthy. */
export function useLab(built: (lab: Lab) => void, traffic?: typeof COARSE): void {
  let lab: Lab | null = null;
  // A worker whose test runner was killed would go on with its test; without it everything here is taken away.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  beforeAll(async () => {
    lab = await Lab.build(traffic);
    built(lab);
    await lab.start();
  }, 180_000);
  afterAll(() => lab?.close(), 60_000);
}
