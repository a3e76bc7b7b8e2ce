import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../support/wait.ts';
import { COARSE, type Lab } from './lab.ts';
import { isLoaded, isSame, isUnderWay } from './looks.ts';
import { LINK, LONG, missing, tell, useLab } from './scenario.ts';

const KILLS = 20;
/** From the moment a change is seen to be under way; it takes about 2 s. */
const KILL_WITHIN_MS = 2_000;
/** Costs at both ends of the link, once all of the change is there. */
const DONE = { [`${LINK}:az`]: 65_535, [`${LINK}:za`]: 65_535 };

describe.skipIf(missing.length > 0)('eleven real routers, whose service is killed', () => {
  let lab: Lab;
  useLab((built) => {
    lab = built;
  }, COARSE);

  it('ends a change wholly done or wholly undone, whenever it is killed', { timeout: KILLS * 60_000 }, async () => {
    const kills: { end: string; isHalfDone: boolean; endedMs: number }[] = [];
    for (let turn = 0; turn < KILLS; turn += 1) {
      // A service that has just started has yet to measure what there is to move.
      await waitFor('the traffic to be back and measured', () => isLoaded(lab.detour, LINK), LONG);
      const { id, fromMs } = await lab.detour.drain(LINK);
      await waitFor('the change to begin', async () => (await lab.detour.openReroutes()).some(isUnderWay), {
        ...LONG,
        everyMs: 10,
      });
      await pause(Math.random() * KILL_WITHIN_MS);
      await lab.detour.crash();
      const killedMs = Date.now();
      const costs = await lab.bed.changedCosts();
      const isHalfDone = !isSame(costs, {}) && !isSame(costs, DONE);
      await lab.detour.start();
      const end = await waitFor('the change to end', () => endOf(lab, fromMs), LONG);
      kills.push({ end, isHalfDone, endedMs: Date.now() - killedMs });
      await lab.detour.send('POST', `/api/v1/maintenance/${id}/cancel`, { reason: 'done' });
      await lab.calm();
    }
    const halfDone = kills.filter((kill) => kill.isHalfDone).length;
    const verified = kills.filter(({ end }) => end === 'verified').length;
    tell('kill -9', {
      kills: kills.length,
      verified,
      halfDone,
      longestMs: Math.max(...kills.map((kill) => kill.endedMs)),
    });
    expect(kills).toHaveLength(KILLS);
    // Kills before anything was done, or after all of it, would show little.
    expect(halfDone).toBeGreaterThanOrEqual(KILLS / 4);
  });
});

/** Where the change of a killed service ended, by what the routers have; null while it has not, or is half done. */
async function endOf({ detour, bed }: Lab, epochMs: number): Promise<string | null> {
  const found = (await detour.reroutes()).find(({ cause }) => cause.epochMs === epochMs);
  const costs = await bed.changedCosts();
  if (found?.status === 'verified' && isSame(costs, DONE)) return 'verified';
  const isUndone = found?.status === 'rolled-back' || found?.status === 'failed';
  return isUndone && isSame(costs, {}) ? found.status : null;
}
