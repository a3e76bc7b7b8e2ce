import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { COARSE, type Lab } from './lab.ts';
import { changesSince, timesSeen } from './looks.ts';
import { LINK, missing, tell, useLab } from './scenario.ts';

const DOWN_MS = 2_000;
const UP_MS = 6_000;
const FLAP_MS = 600_000;

describe.skipIf(missing.length > 0)('eleven real routers, one of whose links flaps', () => {
  let lab: Lab;
  useLab((built) => {
    lab = built;
  }, COARSE);

  it('changes the network at most twice in 10 minutes', { timeout: FLAP_MS + 180_000 }, async () => {
    const beganMs = Date.now();
    let flaps = 0;
    while (Date.now() - beganMs < FLAP_MS) {
      await lab.bed.command(`cut ${LINK}`);
      await pause(DOWN_MS);
      await lab.bed.command(`mend ${LINK}`);
      await pause(UP_MS);
      flaps += 1;
    }
    const seen = await timesSeen(lab.detour, LINK, 'down', beganMs);
    const changes = await changesSince(lab.detour, beganMs);
    tell('flapping', { seconds: (Date.now() - beganMs) / 1000, flaps, seen, changes });
    // Who saw nothing changes nothing: that would be no proof.
    expect(seen).toBeGreaterThan(flaps / 2);
    expect(changes.length).toBeLessThanOrEqual(2);
  });
});
