import { expect, it } from 'vitest';
import type { Measurement } from '../../src/telemetry/sample.ts';
import type { AgentFleet } from '../../src/telemetry/snmp/agent/fleet.ts';
import { describeWithRedis } from '../support/redis.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { labFleet, labNetwork, labService } from './snmp-lab.ts';

/** What A-B carries from A to B; half of it is left for it once one of two members is gone. */
const LOAD_BPS = 4.6e9;
/** Often: the two ends are read at different moments, and a coarse step between them would look like loss. */
const EVERY_MS = 10;

/** Lets the line cards of A-B count traffic from A to B, as much as time goes by; returns what ends it. */
function traffic(fleet: AgentFleet): () => void {
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const octets = Math.round((LOAD_BPS / 8) * ((nowMs - lastMs) / 1000));
    lastMs = nowMs;
    fleet.count([counted('a', 0, octets), counted('z', octets, 0)]);
  }, EVERY_MS);
  return () => clearInterval(timer);
}

function counted(end: 'a' | 'z', inOctets: number, outOctets: number): Measurement {
  const packets = { inPackets: Math.round(inOctets / 1000), outPackets: Math.round(outOctets / 1000) };
  const errors = { inErrors: 0, outErrors: 0, inDiscards: 0, outDiscards: 0, inUnknownProtos: 0 };
  const [nowMs, status] = [Date.now(), 'up' as const];
  return {
    ...{ linkId: 'A-B', end, deviceId: end === 'a' ? 'A' : 'B', atMs: nowMs, intervalMs: EVERY_MS },
    ...{ adminStatus: status, operStatus: status, inOctets, outOctets, ...packets, ...errors, latencyMs: null },
  };
}

interface LinkSeen {
  readonly state: string;
  readonly capacityBps: { readonly az: number };
  readonly presentCapacityBps: { readonly az: number; readonly za: number };
  readonly arcs: { readonly az: { readonly utilisation: number | null } };
}

describeWithRedis('an aggregate of polled routers', () => {
  it('that loses a member has less capacity, is fuller for it, and is relieved when too full', {
    timeout: 240_000,
  }, async () => {
    const fleet = labFleet(labNetwork('lag-lab'), null, { 'A-B': 2 });
    await fleet.start();
    const service = await labService(fleet, tempDir('lag'), {
      pollIntervalSeconds: '1',
      planSpacingSeconds: '1',
      planIntervalSeconds: '5',
    });
    const stopTraffic = traffic(fleet);
    const link = async () => (await (await fetch(`${service.url}/api/v1/links/A-B`)).json()) as LinkSeen;
    const get = async (path: string) =>
      ((await (await fetch(`${service.url}/api/v1/${path}`)).json()) as { items: Record<string, unknown>[] }).items;
    const fullness = async () => (await link()).arcs.az.utilisation ?? 0;
    try {
      await waitFor('the load to be measured', async () => Math.abs((await fullness()) - 0.46) < 0.1, {
        timeoutMs: 90_000,
      });
      expect(await link()).toMatchObject({ capacityBps: { az: 10e9 }, presentCapacityBps: { az: 10e9, za: 10e9 } });
      expect(await get('reroutes')).toEqual([]);
      fleet.setMember('A-B', 1, false);
      const thin = await waitFor(
        'the capacity to follow',
        async () => {
          const seen = await link();
          return seen.presentCapacityBps.az === 5e9 && seen.presentCapacityBps.za === 5e9 ? seen : null;
        },
        { timeoutMs: 60_000 },
      );
      expect(thin.capacityBps.az).toBe(10e9);
      await waitFor('the utilisation to follow', async () => Math.abs((await fullness()) - 0.92) < 0.15, {
        timeoutMs: 30_000,
      });
      const [reroute] = await waitFor(
        'a proposal',
        async () => ((found) => found.length > 0 && found)(await get('reroutes')),
        {
          timeoutMs: 60_000,
        },
      );
      // A machine that stalls reads the ends apart, and then the link is unhealthy before it is too full.
      expect(reroute).toMatchObject({ kind: 'reroute', cause: { links: ['A-B'] } });
      fleet.setMember('A-B', 1, true);
      await waitFor('the capacity to be whole again', async () => (await link()).presentCapacityBps.az === 10e9, {
        timeoutMs: 60_000,
      });
    } finally {
      stopTraffic();
      await service.stop();
      await fleet.stop();
    }
  });
});
