import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/reroute/plan.ts';
import { buildTwin, igpPaths } from '../../../src/twin/twin.ts';
import { waitFor } from '../../support/wait.ts';
import { COMMUNITY, PASSWORD } from './bed.ts';
import type { Lab } from './lab.ts';
import { eventOf, highest, inForce, isSame, linkEvent, stamps } from './looks.ts';
import { LINK, LONG, missing, tell, useLab } from './scenario.ts';

/** What has to happen within seconds may be late once because the machine stood still; every attempt tells its figures. */
const TIMED = { retry: 2 };

describe.skipIf(missing.length > 0)('eleven real routers', TIMED, () => {
  let lab: Lab;
  useLab((built) => {
    lab = built;
  });
  afterEach(({ task }) => lab.restore(task.result?.state === 'fail'), 240_000);

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
    await lab.fault(`lose ${LINK} 5`, `lose ${LINK} 0`);
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
    await lab.fault(`lose ${LINK} 5`, `lose ${LINK} 0`);
    await inForce(lab.detour, LINK, ['verified']);
    const restartMs = Date.now();
    await lab.bed.command('restart CHIN');
    await waitFor('the router to have forgotten', async () => !(`${LINK}:az` in (await lab.bed.changedCosts())), LONG);
    const forgotMs = Date.now();
    const lost = await eventOf(lab.detour, 'change-lost', restartMs);
    const both = { [`${LINK}:az`]: 65_535, [`${LINK}:za`]: 65_535 };
    await waitFor('both costs to be set again', async () => isSame(await lab.bed.changedCosts(), both), LONG);
    tell('a router forgets', { toldMs: lost.atMs - forgotMs, setAgainMs: Date.now() - forgotMs });
  });

  it('plans anew at most 2 s after a cut that a trap tells of', async () => {
    const cutMs = Date.now();
    await lab.fault(`cut ${LINK}`, `mend ${LINK}`);
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
  });

  it('drains a link for maintenance and gives it back without losing a packet', async () => {
    const beganMs = Date.now();
    const { id } = await lab.detour.drain(LINK);
    const cancel = () => lab.detour.send('POST', `/api/v1/maintenance/${id}/cancel`, { reason: 'done' });
    lab.atEnd(cancel);
    const proposal = await inForce(lab.detour, LINK, ['verified']);
    const out = await lab.coastToCoast(beganMs);
    await cancel();
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
    await lab.fault(`blackhole ${LINK} on`, `blackhole ${LINK} off`);
    const proposal = await inForce(lab.detour, LINK, ['applied', 'verified']);
    await waitFor('packets to arrive', async () => (await lab.coastToCoast(Date.now() - 1_500)).lost === 0, LONG);
    const { lost, lastLossMs } = await lab.coastToCoast(faultMs);
    const healedMs = (lastLossMs ?? 0) - faultMs;
    tell('black hole', { ...(await stamps(lab.detour, proposal, faultMs)), healedMs, lost });
    expect(healedMs).toBeLessThanOrEqual(15_000);
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
  });

  it('has told nobody the password of the routers or the community', async () => {
    const paths = ['audit', 'events', 'reroutes', 'guardrails', 'maintenance', 'status', 'outcomes', 'network'];
    const ids = (await lab.detour.reroutes()).map(({ id }) => `reroutes/${id}/commands`);
    const answers = await Promise.all(
      [...paths, ...ids.slice(0, 5)].map((path) => lab.detour.get(`/api/v1/${path}`).catch(String)),
    );
    const metrics = await lab.detour.get('/metrics');
    const told = JSON.stringify([answers, metrics, lab.detour.log]);
    expect(told.length).toBeGreaterThan(10_000);
    for (const secret of [PASSWORD, COMMUNITY]) expect(told).not.toContain(secret);
  });

  it('takes back within 10 s a change that makes things worse', async () => {
    // The way round is left unhealthy and without traffic that could show otherwise within minutes.
    lab.atEnd(() => lab.renew());
    await lab.fault(`lose ${LINK} 5`, `lose ${LINK} 0`);
    // What carries the change out is sabotaged: as soon as the cost is set, the way round loses more than the link did.
    await waitFor('the cost to be set', async () => Object.values(await lab.bed.changedCosts()).includes(65_535), LONG);
    const harmMs = Date.now();
    await lab.fault('lose WASH-ATLA 30', 'lose WASH-ATLA 0');
    const undone = await eventOf(lab.detour, 'change-undone', harmMs);
    await waitFor('the costs to be as they were', async () => !(`${LINK}:az` in (await lab.bed.changedCosts())), LONG);
    const backMs = Date.now() - harmMs;
    tell('sabotage', { toldMs: undone.atMs - harmMs, backMs, message: undone.message });
    expect(backMs).toBeLessThanOrEqual(10_000);
  });
});
