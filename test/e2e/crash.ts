import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isInForce } from '../../src/reroute/proposal.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import type { Service } from './service.ts';
import { open, type StoreView } from './store-view.ts';

/** One busy link loses packets from the second second on, for as long as the test takes; nothing else happens. */
const SCENARIO = `format: detour-scenario/1
name: one-bad-link
startHour: 19.5
traffic: { peakUtilisation: 0.6 }
faults:
  maxActive: 0
  scripted:
    - { atSeconds: 1, kind: corruption, link: busiest, durationSeconds: 3600, strength: 0.05 }
`;

/** Generous, because a machine may be busy; how soon the next plan comes is measured by the bench `recovery`. */
export const UP_MS = 90_000;
export const BAD_MS = 120_000;

export function scenario(): string {
  const path = join(tempDir('crash'), 'scenario.yaml');
  writeFileSync(path, SCENARIO);
  return path;
}

/** Waits until the service has killed itself at the point that its environment names. */
export async function crashed(service: Service): Promise<void> {
  await waitFor('the service to crash at its point', () => service.running.child.signalCode !== null, {
    timeoutMs: BAD_MS,
  });
  expect(await service.running.ended).toEqual({ code: null, signal: 'SIGKILL' });
}

/** A plan that was made after `sinceMs`. */
export async function nextPlan(api: Service, sinceMs: number): Promise<void> {
  await waitFor('the next plan', async () => ((await api.latestPlan())?.atMs ?? 0) > sinceMs, { timeoutMs: UP_MS });
}

/** A reroute of the bad link is applied. */
export async function rerouted(api: Service): Promise<string> {
  const found = await waitFor(
    'the reroute to be applied',
    async () => (await api.reroutes()).find((each) => each.kind === 'reroute' && isInForce(each)),
    { timeoutMs: BAD_MS, everyMs: 200 },
  );
  return found.id;
}

/** Everything of `before` is in `after`: links known, samples counted, every open proposal under its id. */
export function expectKept(before: StoreView, after: StoreView): void {
  for (const linkId of before.links.keys()) expect(after.links.has(linkId)).toBe(true);
  expect(after.applied).toBeGreaterThanOrEqual(before.applied);
  const ids = after.proposals.map((each) => each.id);
  for (const proposal of open(before)) expect(ids).toContain(proposal.id);
}
