import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { withSuccession } from '../../src/main/succession.ts';
import { hasEnded, identityOf, type ProcessIdentity } from '../../src/redis-server/process-identity.ts';
import { MemoryLeases } from '../../src/store/memory/leases.ts';
import { kill, start } from '../support/process.ts';

const TTL_MS = 10_000;
/** Who a process is can only be known where /proc tells. */
const isLinux = process.platform === 'linux';

/** A process that does nothing, and its identity while it ran. */
async function other(): Promise<{ identity: ProcessIdentity; end: () => Promise<unknown> }> {
  const running = start(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1e6)']);
  onTestFinished(() => kill(running.pid));
  await new Promise((resolve) => running.child.stdout?.once('data', resolve));
  const end = (): Promise<unknown> => {
    kill(running.pid);
    return running.ended;
  };
  return { identity: identityOf(running.pid), end };
}

async function dead(): Promise<ProcessIdentity> {
  const { identity, end } = await other();
  await end();
  return identity;
}

describe.skipIf(!isLinux)('the lease of a process', () => {
  it('is waited for while it runs, taken over at once when it was killed, and then the new one’s alone', async () => {
    const leases = new MemoryLeases(new ManualClock());
    const { identity, end } = await other();
    const first = await withSuccession(leases, identity).acquire('l', 'a', TTL_MS);
    const heir = withSuccession(leases);
    expect(await heir.acquire('l', 'b', TTL_MS)).toBeNull();
    await end();
    const second = await heir.acquire('l', 'b', TTL_MS);
    expect(second?.fence).toBeGreaterThan(first?.fence ?? Number.POSITIVE_INFINITY);
    expect(await heir.acquire('l', 'c', TTL_MS)).toBeNull();
    expect(await heir.acquire('l', 'b', TTL_MS)).toEqual(second);
    await heir.release('l', 'b');
    expect(await heir.acquire('l', 'c', TTL_MS)).not.toBeNull();
  });

  it('goes to one of many heirs', async () => {
    const leases = new MemoryLeases(new ManualClock());
    await withSuccession(leases, await dead()).acquire('l', 'a', TTL_MS);
    const asked = Array.from({ length: 20 }, (_, index) => withSuccession(leases).acquire('l', `h${index}`, TTL_MS));
    expect((await Promise.all(asked)).filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('is taken over where its id runs again as another process', async () => {
    const leases = new MemoryLeases(new ManualClock());
    const { pid, start, ...rest } = identityOf(process.pid);
    await withSuccession(leases, { ...rest, pid, start: `${start}0` }).acquire('l', 'a', TTL_MS);
    expect(await withSuccession(leases).acquire('l', 'b', TTL_MS)).not.toBeNull();
  });

  it.each([
    ['on a machine of another name', { host: 'elsewhere' }],
    ['on a machine of the same name, or before it started anew', { start: 'another-boot/1' }],
    ['in another container', { namespace: 'pid:[1]' }],
    ['of which the start is not known', { start: null }],
    ['where there are no namespaces', { namespace: null }],
  ])('is waited for %s, though no such process is seen from here', async (_where, unknown) => {
    const clock = new ManualClock();
    const leases = new MemoryLeases(clock);
    const identity = { ...(await dead()), ...unknown };
    expect(hasEnded(identity)).toBe(false);
    await withSuccession(leases, identity).acquire('l', 'a', TTL_MS);
    clock.advance(TTL_MS - 1);
    expect(await withSuccession(leases).acquire('l', 'b', TTL_MS)).toBeNull();
    clock.advance(1);
    expect(await withSuccession(leases).acquire('l', 'b', TTL_MS)).not.toBeNull();
  });

  it('of a holder that does not say who it is, as of older versions, is waited for', async () => {
    const leases = new MemoryLeases(new ManualClock());
    for (const holder of ['a', 'a {"pid":1}', '{', ' {}']) {
      await leases.acquire(holder, holder, TTL_MS);
      expect(await withSuccession(leases).acquire(holder, 'b', TTL_MS)).toBeNull();
    }
  });
});
