import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSimulatorActuator } from '../../src/actuate/simulator.ts';
import { runProgram } from '../../src/cli/program.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import { createHarness, type Harness, linkState, NETWORK, plan, writePlan, writeStates } from '../api/harness.ts';
import { LIMITS } from '../reroute/fixtures.ts';

let harness: Harness;
let url: string;
let out: string;
let err: string;

beforeEach(async () => {
  harness = await createHarness();
  await writeStates(
    harness.store,
    NETWORK.network.links.map(({ id }) => linkState(id, 'healthy', 100)),
  );
  const demands = [{ id: 'd', source: 'B', target: 'C', bps: 5e9, class: null }];
  await harness.store.traffic.writeDemands({ source: 'file', atMs: null, demands });
  await harness.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
  out = '';
  err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await harness.app.close();
  await harness.store.close();
});

const detour = (...words: string[]): Promise<number> => runProgram(['node', 'detour', ...words, '--url', url]);

it('shows what would be planned, in words and as JSON', async () => {
  expect(await detour('what-if', '--drain', 'BC:az', '--scale', '1.2', '--capacity', 'AD=2e10')).toBe(0);
  expect(out).toContain('what if drained: BC:az; AD has 20.0 Gb/s; traffic x 1.2');
  expect(out).toMatch(/would be created: reroute\n.*what if it were drained/);
  expect(out).toMatch(/highest utilisation +50 % +60 %/);
  out = '';
  expect(await detour('what-if', '--scale', 'd=0.5', '--json', '--top', '1')).toBe(3);
  expect(JSON.parse(out)).toMatchObject({
    change: { scale: { d: 0.5 } },
    proposals: [],
    loads: [{ arc: 'BC:az', afterBps: 2.5e9 }],
  });
});

it('names what is not there, and a call that makes no sense', async () => {
  expect(await detour('what-if', '--fail', 'XY')).toBe(2);
  expect(err).toContain('"XY"');
  expect(await detour('what-if', '--capacity', 'AB')).toBe(2);
  expect(await detour('what-if', '--scale', 'twice')).toBe(2);
});

it('has a stored plan made again', async () => {
  const { store, clock } = harness;
  const actuator = createSimulatorActuator(store.traffic);
  const made = await runCycle(
    { store, clock, network: NETWORK, limits: LIMITS, mode: 'manual', actuator },
    'request',
    'r',
  );
  expect(await detour('plan', '--replay', made.id)).toBe(0);
  expect(out).toContain(`${made.id}: the same plan came out`);
  await writePlan(store, { ...made, id: 'p-other' }, []);
  expect(await detour('plan', '--replay', 'p-other')).toBe(0);
  await writePlan(store, { ...made, id: 'p-wrong', movedBps: 1 }, []);
  expect(await detour('plan', '--replay', 'p-wrong')).toBe(1);
  expect(out).toContain('plan.movedBps: 1 is stored, 0 came out');
  await writePlan(store, plan('p-1'), []);
  expect(await detour('plan', '--replay', 'p-1')).toBe(2);
  expect(err).toContain('the input of plan p-1 is not kept any more');
});
