import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/reroute/plan.ts';
import { buildTwin, igpPaths } from '../../../src/twin/twin.ts';
import { waitFor } from '../../support/wait.ts';
import { missingForBed } from './bed.ts';
import { Lab } from './lab.ts';
import { changesSince, eventOf, highest, inForce, isLoaded, isSame, isUnderWay, linkEvent, stamps } from './looks.ts';

const missing = missingForBed();
if (missing.length > 0)
  process.stderr.write(`SKIPPED: the scenarios on eleven real routers need ${missing.join(', ')}\n`);

/** One line for whoever reads the figures of a scenario. */
function tell(scenario: string, figures: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ scenario, ...figures })}\n`);
}

/** On the way from coast to coast, and not the only way. */
const LINK = 'CHIN-NYCM';
const LONG = { timeoutMs: 60_000, everyMs: 100 };
/** The whole proof takes half an hour; without it some scenarios are shorter. */
const isFull = process.env.TESTBED_FULL === '1';
const FLAP_MS = isFull ? 600_000 : 60_000;
const KILLS = isFull ? 20 : 4;
/** From the moment a change is seen to be under way; it takes about 2 s. */
const KILL_WITHIN_MS = 2_000;

describe.skipIf(missing.length > 0)('eleven real routers', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.build();
    await lab.start();
  }, 180_000);
  afterAll(() => lab?.close(), 60_000);

  it('the shortest paths of the twin are those of every router’s own table', async () => {
    const pairs = lab.network.nodes.flatMap((source) =>
      lab.network.nodes
        .filter(({ id }) => id !== source.id)
        .map((target) => ({
          id: `${source.id}>${target.id}`,
          source: source.id,
          target: target.id,
          bps: 1,
          class: null,
        })),
    );
    const twin = buildTwin({ network: lab.network, states: await lab.detour.links(), demands: pairs, tunnels: [] });
    const interfaceOf = new Map<string, string | null>(
      lab.network.links.flatMap(({ id, aInterface, zInterface }) => [
        [`${id}:az`, aInterface] as readonly [string, string | null],
        [`${id}:za`, zInterface] as readonly [string, string | null],
      ]),
    );
    const number = new Map(lab.bed.plan.nodes.map(({ id }, index) => [id, index + 1]));
    const tables = new Map(
      await Promise.all(lab.network.nodes.map(async ({ id }) => [id, await lab.bed.routes(id)] as const)),
    );
    for (const [index, { source, target }] of pairs.entries()) {
      const first = igpPaths(twin, index).map(({ arcs }) =>
        interfaceOf.get(twin.graph.arcIds[arcs[0] as number] ?? ''),
      );
      const routed = tables.get(source)?.get(`10.255.0.${number.get(target)}`);
      expect({ source, target, out: routed }).toEqual({ source, target, out: [...new Set(first)].sort() });
    }
    tell('tables', { routers: lab.network.nodes.length, pairs: pairs.length });
  });

  it('goes round a link that loses 5 % and that OSPF leaves in service', async () => {
    const faultMs = Date.now();
    await lab.bed.command(`lose ${LINK} 5`);
    const proposal = await inForce(lab.detour, LINK, ['verified']);
    const { lost, sent, lastLossMs } = await lab.coastToCoast(faultMs);
    const healedMs = (lastLossMs ?? 0) - faultMs;
    tell('5 % loss', {
      ...(await stamps(lab.detour, proposal, faultMs)),
      ...{ healedMs, lost, sent, loadError: proposal.verification?.loadError },
    });
    expect(lost).toBeGreaterThan(0);
    expect(await lab.bed.changedCosts()).toEqual({ [`${LINK}:az`]: 65_535, [`${LINK}:za`]: 65_535 });
    expect(healedMs).toBeLessThanOrEqual(10_000);
  });

  it('sets the cost again that a router forgot when it restarted', async () => {
    const restartMs = Date.now();
    await lab.bed.command('restart CHIN');
    await waitFor('the router to have forgotten', async () => !(`${LINK}:az` in (await lab.bed.changedCosts())), LONG);
    const forgotMs = Date.now();
    const lost = await eventOf(lab.detour, 'change-lost', restartMs);
    const both = { [`${LINK}:az`]: 65_535, [`${LINK}:za`]: 65_535 };
    await waitFor('both costs to be set again', async () => isSame(await lab.bed.changedCosts(), both), LONG);
    tell('a router forgets', { toldMs: lost.atMs - forgotMs, setAgainMs: Date.now() - forgotMs });
    await lab.bed.command(`lose ${LINK} 0`);
    await lab.tidy();
  });

  it('plans anew at most 2 s after a cut that a trap tells of', async () => {
    const cutMs = Date.now();
    await lab.bed.command(`cut ${LINK}`);
    const plan = await waitFor(
      'a plan that knows of the cut',
      async () => {
        const latest = await lab.detour.get<Plan>('/api/v1/plans/latest');
        return latest.badLinks.includes(LINK) && latest.atMs > cutMs && latest;
      },
      { ...LONG, everyMs: 20 },
    );
    const plannedMs = plan.finishedAtMs - cutMs;
    const down = await linkEvent(lab.detour, LINK, 'down', cutMs);
    await pause(3_000);
    const { lost } = await lab.coastToCoast(cutMs);
    tell('link cut', { detectedMs: down.atMs - cutMs, plannedMs, lostToIgpConvergence: lost });
    expect(plannedMs).toBeLessThanOrEqual(2_000);
    await lab.bed.command(`mend ${LINK}`);
    await lab.calm();
  });

  it('drains a link for maintenance and gives it back without losing a packet', async () => {
    const beganMs = Date.now();
    const { id } = await lab.detour.drain(LINK);
    const proposal = await inForce(lab.detour, LINK, ['verified']);
    const out = await lab.coastToCoast(beganMs);
    await lab.detour.send('POST', `/api/v1/maintenance/${id}/cancel`, { reason: 'done' });
    await lab.calm();
    const all = await lab.coastToCoast(beganMs);
    tell('drain', {
      appliedMs: (proposal.appliedAtMs ?? 0) - beganMs,
      lost: out.lost,
      ...{ lostWithReturn: all.lost, sent: all.sent },
    });
    expect(all.sent).toBeGreaterThan(10_000);
    expect(all.lost).toBe(0);
  });

  it('heals a black hole that hellos still pass', async () => {
    const faultMs = Date.now();
    await lab.bed.command(`blackhole ${LINK} on`);
    const proposal = await inForce(lab.detour, LINK, ['applied', 'verified']);
    await waitFor('packets to arrive', async () => (await lab.coastToCoast(Date.now() - 1_500)).lost === 0, LONG);
    const { lost, lastLossMs } = await lab.coastToCoast(faultMs);
    const healedMs = (lastLossMs ?? 0) - faultMs;
    tell('black hole', { ...(await stamps(lab.detour, proposal, faultMs)), healedMs, lost });
    expect(healedMs).toBeLessThanOrEqual(15_000);
    await lab.bed.command(`blackhole ${LINK} off`);
    await lab.tidy();
  });

  it('splits or moves what congests a link, and fills no other', async () => {
    const faultMs = Date.now();
    const flows = await lab.congest();
    const proposal = await inForce(lab.detour, LINK, ['applied', 'verified'], 'overload');
    await waitFor('every packet to arrive', async () => (await flows.delivery(Date.now() - 2_500)).lost === 0, LONG);
    const healed = await flows.delivery(faultMs);
    // The load of an arc is that of its last interval: all of it has to lie behind the change.
    await pause(3_000);
    const highestUtilisation = await highest(lab.detour);
    const steady = await flows.delivery(Date.now() - 2_500);
    tell('congestion', {
      ...{ flows: flows.count, offeredBps: flows.offeredBps, appliedMs: (proposal.appliedAtMs ?? 0) - faultMs },
      ...{ healedMs: (healed.lastLossMs ?? 0) - faultMs, lost: healed.lost, sent: healed.sent },
      ...{ highestUtilisation, metrics: proposal.metrics },
    });
    expect(healed.lost).toBeGreaterThan(0);
    expect(steady.lost).toBe(0);
    expect(highestUtilisation).toBeLessThanOrEqual(0.8);
    await flows.stop();
    await waitFor('the flows to be measured no more', async () => (await highest(lab.detour)) < 0.3, LONG);
    await lab.tidy();
  });

  it('ends a change wholly done or wholly undone, whenever it is killed', { timeout: KILLS * 60_000 }, async () => {
    const ends: string[] = [];
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
      await lab.detour.start();
      const end = await waitFor('the change to end', () => endOf(lab, fromMs), LONG);
      ends.push(end);
      await lab.detour.send('POST', `/api/v1/maintenance/${id}/cancel`, { reason: 'done' });
      await lab.calm();
    }
    tell('kill -9', { kills: ends.length, verified: ends.filter((end) => end === 'verified').length, ends });
    expect(ends).toHaveLength(KILLS);
  });

  it('takes back within 10 s a change that makes things worse', async () => {
    await lab.bed.command(`lose ${LINK} 5`);
    // What carries the change out is sabotaged: as soon as the cost is set, the way round loses more than the link did.
    await waitFor('the cost to be set', async () => Object.values(await lab.bed.changedCosts()).includes(65_535), LONG);
    const harmMs = Date.now();
    await lab.bed.command('lose WASH-ATLA 30');
    const undone = await eventOf(lab.detour, 'change-undone', harmMs);
    await waitFor('the costs to be as they were', async () => !(`${LINK}:az` in (await lab.bed.changedCosts())), LONG);
    const backMs = Date.now() - harmMs;
    tell('sabotage', { toldMs: undone.atMs - harmMs, backMs, message: undone.message });
    expect(backMs).toBeLessThanOrEqual(10_000);
  });
});

describe.skipIf(missing.length > 0)('eleven real routers, one of whose links flaps', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.build();
    await lab.start();
  }, 180_000);
  afterAll(() => lab?.close(), 60_000);

  it('changes the network at most twice for a link that flaps', { timeout: FLAP_MS + 180_000 }, async () => {
    const beganMs = Date.now();
    let flaps = 0;
    while (Date.now() - beganMs < FLAP_MS) {
      await lab.bed.command(`cut ${LINK}`);
      await pause(2_000);
      await lab.bed.command(`mend ${LINK}`);
      await pause(6_000);
      flaps += 1;
    }
    const changes = await changesSince(lab.detour, beganMs);
    tell('flapping', { seconds: FLAP_MS / 1000, flaps, changes });
    expect(changes.length).toBeLessThanOrEqual(2);
  });
});

/** Where the change of a killed service ended, by what the routers have; null while it has not, or is half done. */
async function endOf({ detour, bed }: Lab, epochMs: number): Promise<string | null> {
  const found = (await detour.reroutes()).find(({ cause }) => cause.epochMs === epochMs);
  const costs = await bed.changedCosts();
  const isDone = isSame(costs, Object.fromEntries((found?.metrics ?? []).map(({ arc, to }) => [arc, to])));
  if (found?.status === 'verified' && isDone) return 'verified';
  const isUndone = found?.status === 'rolled-back' || found?.status === 'failed';
  return isUndone && isSame(costs, {}) ? found.status : null;
}
