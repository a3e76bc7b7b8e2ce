import { describe, expect, it } from 'vitest';
import { Carrier } from '../../../scripts/bench/closed-loop/carrier.ts';
import { LinkSampling, type Scene } from '../../../scripts/bench/closed-loop/sampling.ts';
import { createRng } from '../../../src/core/rng.ts';
import type { Measurement } from '../../../src/telemetry/sample.ts';
import { InterfaceCounters } from '../../../src/telemetry/simulator/counters.ts';
import { LIMIT, START_MS, square } from './square.ts';

const FAULT = '{ atSeconds: 100, kind: corruption, link: a--b, direction: az, durationSeconds: 200, strength: 0.1 }';
const UNTIL = 200;

/** What is read of `a` of each link, second by second. */
function read(longestSeconds: number, watched: readonly string[] = []): Map<string, Measurement[]> {
  const world = square([FAULT]);
  const { network, graph, links, scenario } = world;
  const counters = new InterfaceCounters(network, graph, links, scenario.plant, createRng(1));
  const isWatched = (linkId: string): boolean => watched.includes(linkId);
  const sampling = new LinkSampling(world, counters, { longestSeconds, isWatched });
  const carrier = new Carrier(world, LIMIT, counters.probeBps);
  const found = new Map<string, Measurement[]>();
  let before: Scene | null = null;
  let segment = world.next();
  let next = world.next();
  for (let at = 0; at < UNTIL; at += 1) {
    while (segment.to <= at) [segment, next] = [next, world.next()];
    const isNew = segment.from === at;
    const { forwarded } = carrier.carry(segment, new Map(), segment.believedUp);
    const scene: Scene = isNew || before === null ? { forwarded, plant: segment.plant } : before;
    const late = scene === before ? [] : sampling.turn(before, scene, at);
    before = scene;
    for (const each of [...late, ...sampling.tick(scene, at + 1, 1)])
      if (each.end === 'a') found.set(each.linkId, [...(found.get(each.linkId) ?? []), each]);
  }
  return found;
}

const secondOf = ({ atMs }: Measurement): number => (atMs - START_MS) / 1000;
const lengthOf = ({ intervalMs }: Measurement): number => (intervalMs as number) / 1000;

describe('reading of links', () => {
  it('leaves no gap, reads nothing twice, and never becomes silent', () => {
    for (const readings of read(60).values()) {
      let [readTo, length] = [0, 1];
      for (const each of readings) {
        expect(secondOf(each) - lengthOf(each)).toBe(readTo);
        expect(lengthOf(each)).toBeLessThanOrEqual(3 * length);
        [readTo, length] = [secondOf(each), lengthOf(each)];
      }
      expect(UNTIL - readTo).toBeLessThan(5);
    }
  });

  it('is of every second around what happens to a link, and of several elsewhere', () => {
    const found = read(60);
    const around = (linkId: string) =>
      (found.get(linkId) ?? []).filter((each) => secondOf(each) > 95 && secondOf(each) <= 112);
    expect(around('a--b').map(lengthOf)).toEqual(Array.from({ length: 17 }, () => 1));
    expect(around('a--d').length).toBeLessThan(8);
  });

  it('is of every second for links in doubt, and for all where it is asked for', () => {
    expect(read(60, ['a--d']).get('a--d')).toHaveLength(UNTIL);
    for (const readings of read(1).values()) expect(readings).toHaveLength(UNTIL);
  });
});
