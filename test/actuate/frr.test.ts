import { describe, expect, it } from 'vitest';
import { createFrrActuator, ramp } from '../../src/actuate/frr.ts';
import { vtyRunner } from '../../src/actuate/vty.ts';
import { indexNetwork } from '../../topology/model.ts';
import { ringNetwork } from '../reroute/fixtures.ts';
import { metricsChange, TWO_PATH_STEPS } from './changes.ts';
import { actuatorConformance } from './conformance.ts';
import { startFakeVty } from './fake-vty.ts';

const PASSWORD = 'a password of the lab';

/** The ring as one machine serves it: every router at one address, told apart by the names of interfaces. */
function network() {
  const { network } = ringNetwork();
  return indexNetwork({
    ...network,
    nodes: network.nodes.map((node) => ({ ...node, address: '127.0.0.1' })),
    links: network.links.map((link) => ({ ...link, aInterface: `${link.id}-a`, zInterface: `${link.id}-z` })),
  });
}

const costs = () =>
  new Map(
    network()
      .network.links.flatMap(({ id }) => [`${id}-a`, `${id}-z`])
      .map((id) => [id, 10]),
  );
const OUT = metricsChange({ arc: 'l0:az', from: 10, to: 65_535 }, { arc: 'l0:za', from: 10, to: 65_535 });

async function lab() {
  const router = await startFakeVty(PASSWORD, costs());
  const run = vtyRunner({ port: router.port, password: PASSWORD, timeoutMs: 2_000 });
  return { router, actuator: createFrrActuator({ network: network(), run, rampMs: 0 }) };
}

describe('frr, over a TCP vty', () => {
  actuatorConformance(async () => {
    const { router, actuator } = await lab();
    const changes = [OUT, metricsChange({ arc: 'l1:az', from: 10, to: 14 })];
    return { actuator, changes, unrealisable: TWO_PATH_STEPS[0] ?? null, close: router.close };
  });

  it('raises a cost step by step, and takes it back the same way', async () => {
    const { router, actuator } = await lab();
    const [step] = actuator.plan('c', [metricsChange({ arc: 'l0:az', from: 10, to: 65_535 })]);
    if (!step) throw new Error('no step');
    expect(step.commands).toEqual([
      {
        target: '127.0.0.1',
        lines: ['configure terminal', 'interface l0-a', 'ip ospf cost 65535', 'exit', 'end'],
      },
    ]);
    await actuator.apply(step);
    // One to read what is there, and one for all that is set: each login is many round trips.
    expect(router.logins()).toBe(2);
    const up = router.history.map(({ cost }) => cost);
    expect(up).toEqual(ramp(10, 65_535));
    await actuator.revert(step);
    expect(router.history.slice(up.length).map(({ cost }) => cost)).toEqual(ramp(65_535, 10));
    expect(router.history.at(-1)).toEqual({ name: 'l0-a', cost: 10 });
    await router.close();
  });

  it('reads back what a router did not keep', async () => {
    const { router, actuator } = await lab();
    const [step] = actuator.plan('c', [OUT]);
    if (!step) throw new Error('no step');
    router.forget();
    await actuator.apply(step);
    expect(await actuator.observe(step)).toMatchObject({ state: 'before', reason: 'l0:az costs 10, l0:za costs 10' });
    await router.close();
  });

  it('says what went wrong, never the password', async () => {
    const { router, actuator } = await lab();
    const [step] = actuator.plan('c', [OUT]);
    if (!step) throw new Error('no step');
    const wrong = vtyRunner({ port: router.port, password: 'a wrong one', timeoutMs: 500 });
    const failed = await wrong('127.0.0.1', ['show version']).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'DETOUR_ERR_ACTUATOR_FAILED', message: expect.stringContaining('password') });
    expect(JSON.stringify([failed, String(failed)])).not.toContain('a wrong one');
    const run = vtyRunner({ port: router.port, password: PASSWORD, timeoutMs: 500 });
    await expect(run('127.0.0.1', ['show nothing'])).rejects.toThrow('refused: % Unknown command: show nothing');
    await router.close();
    await expect(run('127.0.0.1', ['show version'])).rejects.toMatchObject({ code: 'DETOUR_ERR_ACTUATOR_FAILED' });
  });

  it('types the password only where it is asked for, and never repeats what the router repeats of it', async () => {
    const { router, actuator } = await lab();
    router.askOnce();
    const [step] = actuator.plan('c', [OUT]);
    if (!step) throw new Error('no step');
    await actuator.apply(step);
    expect(await actuator.observe(step)).toMatchObject({ state: 'after' });
    const run = vtyRunner({ port: router.port, password: PASSWORD, timeoutMs: 500 });
    const failed = await run('127.0.0.1', [`show ${PASSWORD}`]).catch((error: unknown) => error);
    expect(failed).toMatchObject({ message: expect.stringContaining('% Unknown command: show ***') });
    expect(JSON.stringify([failed, String(failed)])).not.toContain(PASSWORD);
    await router.close();
  });

  it('knows the destinations of a router by its own table, and nothing of one that does not say', async () => {
    const { router, actuator } = await lab();
    router.route(
      JSON.stringify({
        '10.100.0.4/30': {
          routeType: 'N',
          cost: 10,
          area: '0.0.0.0',
          nexthops: [{ ip: ' ', directly_attached_to: 'x' }],
        },
        '10.255.0.2/32': { routeType: 'N', cost: 20, area: '0.0.0.0', nexthops: [{ ip: '10.100.0.6', via: 'x' }] },
        '10.255.0.2': { routeType: 'R ', cost: 20, area: '0.0.0.0', routerType: 'asbr' },
      }),
    );
    const [first = '', second = ''] = network().network.nodes.map(({ id }) => id);
    const known = await actuator.destinations?.([first, second, 'nobody']);
    expect(known).toEqual(new Map([first, second].map((id) => [id, ['10.100.0.4/30', '10.255.0.2/32']])));
    router.route('{ "10.100.0.4/30": ');
    expect(await actuator.destinations?.([first])).toEqual(new Map());
    await router.close();
    expect(await actuator.destinations?.([first])).toEqual(new Map());
  });

  it('ramps by twos up to 60 and then at once', () => {
    expect(ramp(10, 10)).toEqual([]);
    expect(ramp(10, 15)).toEqual([12, 14, 15]);
    expect(ramp(15, 10)).toEqual([14, 12, 10]);
    expect(ramp(56, 65_535)).toEqual([58, 65_535]);
    expect(ramp(65_535, 56)).toEqual([58, 56]);
    expect(ramp(100, 65_535)).toEqual([65_535]);
  });
});
