import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PollerReport } from '../../src/store/pollers.ts';
import { pollerReport } from '../store/conformance-pollers.ts';
import { createHarness, type Harness, NETWORK, START_MS } from './harness.ts';

const device = NETWORK.network.nodes[0]?.id ?? '';
let harness: Harness;

beforeEach(async () => {
  harness = await createHarness();
});

afterEach(async () => {
  await harness.app.close();
});

const report = (holder: string, changes: Partial<PollerReport> = {}): PollerReport => ({
  ...pollerReport(holder, START_MS),
  slow: [],
  ...changes,
});
const metrics = async () => (await harness.app.inject('/metrics')).body;

it('shows what every poller says, by name, and nothing of one that has ended', async () => {
  const { store } = harness;
  await store.pollers.write(report('11111111-a', { polls: 70, lagMs: 250, silent: 2 }));
  await store.pollers.write(report('22222222-b', { polls: 30, unexpected: { late: 4, malformed: 1 } }));
  const both = await metrics();
  expect(both).toContain('detour_snmp_polls_total{poller="11111111"} 70');
  expect(both).toContain('detour_snmp_polls_total{poller="22222222"} 30');
  expect(both).toContain('detour_snmp_lag_seconds{poller="11111111"} 0.25');
  expect(both).toContain('detour_snmp_devices_silent{poller="11111111"} 2');
  expect(both).toContain('detour_snmp_unexpected_packets_total{poller="22222222",reason="malformed"} 1');
  expect(both).toContain('detour_snmp_traps_total{poller="11111111",kind="linkDown"} 1');
  expect(both).toContain('detour_snmp_traps_dropped_total{poller="11111111",reason="unknownSender"} 4');
  await store.pollers.remove('11111111-a');
  const one = await metrics();
  expect(one).not.toContain('11111111');
  expect(one).toContain('detour_snmp_polls_total{poller="22222222"} 30');
});

it('names slow devices, 50 at most over all pollers, worst first', async () => {
  const slow = (from: number) =>
    Array.from({ length: 50 }, (_, at) => ({ deviceId: `d${from + at}`, pollMs: from + at, silent: false }));
  await harness.store.pollers.write(report('a', { slow: slow(100) }));
  await harness.store.pollers.write(report('b', { slow: slow(200) }));
  const named = (await metrics()).match(/^detour_snmp_slow_device_poll_seconds\{.*/gm) ?? [];
  expect(named).toHaveLength(50);
  expect(named.every((line) => line.includes('poller="b"'))).toBe(true);
});

it('says of each device whether it is slow', async () => {
  await harness.store.pollers.write(report('a', { slow: [{ deviceId: device, pollMs: 1234.5, silent: true }] }));
  const { items } = (await harness.app.inject('/api/v1/devices')).json() as { items: { id: string; slow: unknown }[] };
  expect(items.find(({ id }) => id === device)?.slow).toEqual({ pollMs: 1234.5, silent: true });
  expect(items.filter(({ slow }) => slow !== null)).toHaveLength(1);
  const one = (await harness.app.inject(`/api/v1/devices/${device}`)).json() as { slow: unknown };
  expect(one.slow).toEqual({ pollMs: 1234.5, silent: true });
});
