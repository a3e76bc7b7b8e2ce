import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTwin, igpPaths } from '../../../src/twin/twin.ts';
import { waitFor } from '../../support/wait.ts';
import { missingForBed } from './bed.ts';
import { delivery } from './host.ts';
import { EAST, Lab, WEST } from './lab.ts';

const missing = missingForBed();
if (missing.length > 0)
  process.stderr.write(`SKIPPED: the scenarios on eleven real routers need ${missing.join(', ')}\n`);

/** One line for whoever reads the figures of a scenario. */
function tell(scenario: string, figures: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ scenario, ...figures })}\n`);
}

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
    const [west, east] = [lab.bed.host('STTL'), lab.bed.host('WASH')];
    const faultMs = Date.now();
    await lab.bed.command('lose CHIN-NYCM 5');
    const verified = await waitFor(
      'the reroute to be verified',
      async () =>
        (await lab.detour.reroutes()).find(
          ({ status, cause }) => status === 'verified' && cause.links.includes('CHIN-NYCM'),
        ),
      { timeoutMs: 60_000, everyMs: 100 },
    );
    const events = (await lab.detour.events()).filter(({ atMs }) => atMs >= faultMs);
    const found = events.find(
      ({ type, linkId, details }) => type === 'link-state' && linkId === 'CHIN-NYCM' && details.to === 'unhealthy',
    );
    const [there, back] = [await delivery(west, east, EAST, faultMs), await delivery(east, west, WEST, faultMs)];
    const healedMs = Math.max(there.lastLossMs ?? 0, back.lastLossMs ?? 0);
    tell('5 % loss', {
      detectedMs: (found?.atMs ?? 0) - faultMs,
      plannedMs: verified.createdAtMs - faultMs,
      appliedMs: (verified.appliedAtMs ?? 0) - faultMs,
      verifiedMs: (verified.verification?.atMs ?? 0) - faultMs,
      healedMs: healedMs - faultMs,
      lost: there.lost + back.lost,
      sent: there.sent + back.sent,
      loadError: verified.verification?.loadError,
    });
    expect(there.lost + back.lost).toBeGreaterThan(0);
    expect(healedMs - faultMs).toBeLessThanOrEqual(10_000);
    await lab.bed.command('lose CHIN-NYCM 0');
    await lab.tidy();
  });
});
