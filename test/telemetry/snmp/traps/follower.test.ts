import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InterfaceStatus } from '../../../../src/telemetry/snmp/source-types.ts';
import { newTrapCounts } from '../../../../src/telemetry/snmp/traps/counts.ts';
import { TrapFollower } from '../../../../src/telemetry/snmp/traps/follower.ts';

const status = (ifIndex: string, operStatus: 'up' | 'down', isNews = false): InterfaceStatus => ({
  linkId: `l${ifIndex}`,
  end: 'a',
  ifIndex,
  operStatus,
  isNews,
});

describe('following a trap', () => {
  const counts = newTrapCounts();
  let polls: string[] = [];
  let answer: () => readonly InterfaceStatus[] | null = () => [];
  let follower: TrapFollower;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    Object.assign(counts, newTrapCounts());
    polls = [];
    follower = new TrapFollower({
      pollNow: async (deviceId) => {
        polls.push(deviceId);
        return answer();
      },
      counts,
      onError: (error) => {
        throw error;
      },
    });
  });
  afterEach(() => {
    follower.stop();
    vi.useRealTimers();
  });
  const linkDown = (ifIndex = '3') => follower.onTrap({ deviceId: 'r1', kind: 'linkDown', ifIndex });

  it('asks at once, and once where the device bears it out', async () => {
    answer = () => [status('3', 'down', true)];
    linkDown();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(polls).toEqual(['r1']);
    expect(counts).toMatchObject({ confirmed: 1, contradicted: 0 });
    expect(follower.size).toBe(0);
  });

  it('asks again while a cache may answer, and takes what it says then', async () => {
    answer = () => [status('3', 'up')];
    linkDown();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(polls.length).toBeGreaterThan(3);
    answer = () => [status('3', 'down', true)];
    await vi.advanceTimersByTimeAsync(1_100);
    expect(counts).toMatchObject({ confirmed: 1, contradicted: 0 });
  });

  it('does not believe a trap that the device never bears out, and gives up', async () => {
    answer = () => [status('3', 'up')];
    linkDown();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(counts).toMatchObject({ confirmed: 0, contradicted: 1 });
    expect(polls.length).toBeLessThan(20);
    expect(follower.size).toBe(0);
  });

  it('goes on asking a device that is silent, for as long', async () => {
    answer = () => null;
    linkDown();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(polls.length).toBeGreaterThan(5);
    expect(counts.contradicted).toBe(1);
  });

  it('polls one device once at a time, and rarely, whatever it sends', async () => {
    answer = () => [status('3', 'up')];
    for (let at = 0; at < 5_000; at += 1) {
      linkDown(String(at % 1_000));
      if (at % 100 === 0) await vi.advanceTimersByTimeAsync(20);
    }
    // 50 x 20 ms of traps, at most one poll in 200 ms.
    expect(polls.length).toBeLessThan(12);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(follower.size).toBe(0);
  });

  it('lets the newest word about an interface count', async () => {
    answer = () => [status('3', 'up')];
    linkDown();
    await vi.advanceTimersByTimeAsync(500);
    follower.onTrap({ deviceId: 'r1', kind: 'linkUp', ifIndex: '3' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(counts).toMatchObject({ confirmed: 1, contradicted: 0 });
  });

  it('asks once about an interface that is the end of no link, and not at all about other notifications', async () => {
    answer = () => [status('3', 'up')];
    linkDown('77');
    follower.onTrap({ deviceId: 'r2', kind: 'other', ifIndex: null });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(polls).toEqual(['r1']);
    expect(counts).toMatchObject({ confirmed: 0, contradicted: 0 });
  });

  it('waits for any change after a neighbour was lost', async () => {
    answer = () => [status('3', 'up'), status('4', 'up')];
    follower.onTrap({ deviceId: 'r1', kind: 'ospfNbrStateChange', ifIndex: null });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(counts.confirmed).toBe(0);
    answer = () => [status('3', 'up'), status('4', 'down', true)];
    await vi.advanceTimersByTimeAsync(1_100);
    expect(counts.confirmed).toBe(1);
  });
});
