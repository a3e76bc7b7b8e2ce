import { describe, expect, test } from 'vitest';
import { ENDS } from '../../src/core/ids.ts';
import { compileSchema } from '../../src/core/schema.ts';
import { type LinkState, LinkStateSchema } from '../../src/health/link-state.ts';
import { newLinkMemory } from '../../src/health/memory.ts';
import { linkStateOf, observe } from '../../src/health/scorer.ts';
import { withStaleness } from '../../src/health/staleness.ts';
import { DEFAULT_THRESHOLDS, thresholdsFrom } from '../../src/health/thresholds.ts';
import { LINK, START_MS, sampleAt } from './samples.ts';

const stateSchema = compileSchema(LinkStateSchema, 'INTERNAL');
const at = (second: number) => START_MS + second * 1000;

function healthy(): LinkState {
  const memory = newLinkMemory('L1');
  for (const end of ENDS) observe(memory, sampleAt(1, end), LINK, DEFAULT_THRESHOLDS);
  return linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, at(1));
}

describe('staleness', () => {
  test('a link never heard from is stale, never healthy', () => {
    const state = withStaleness(null, 'L1', at(1));
    expect(stateSchema.problems(state)).toEqual([]);
    expect(state).toMatchObject({ linkId: 'L1', state: 'stale', score: null, receivedAtMs: null });
  });

  test('three intervals of silence are allowed, a millisecond more is stale', () => {
    const state = healthy();
    expect(withStaleness(state, 'L1', at(4))).toBe(state);
    const stale = withStaleness(state, 'L1', at(4) + 1);
    expect(stale).toMatchObject({ state: 'stale', score: null, parts: [], sinceMs: at(4) });
    expect(stale.arcs.az).toMatchObject({ utilisation: null, unknown: { utilisation: 'the link is stale' } });
    expect(stateSchema.problems(stale)).toEqual([]);
    expect(withStaleness(state, 'L1', at(4) + 1, 500)).toBe(state);
  });

  test('stays the same however often it is judged, but for the reason', () => {
    const once = withStaleness(healthy(), 'L1', at(10));
    expect(withStaleness(once, 'L1', at(60)).sinceMs).toBe(once.sinceMs);
  });

  test('one silent end makes the link stale and is named', () => {
    const memory = newLinkMemory('L1');
    for (const end of ENDS) observe(memory, sampleAt(1, end), LINK, DEFAULT_THRESHOLDS);
    for (let second = 2; second <= 9; second += 1) observe(memory, sampleAt(second, 'a'), LINK, DEFAULT_THRESHOLDS);
    const state = linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, at(9));
    expect(state.state).toBe('stale');
    expect(state.reason).toBe('end z has been silent for 8 s');
  });

  test('an end that was never heard from is named as well', () => {
    const memory = newLinkMemory('L1');
    observe(memory, sampleAt(1, 'z'), LINK, DEFAULT_THRESHOLDS);
    const state = linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, at(1));
    expect(state).toMatchObject({ state: 'stale', reason: 'end a has never been heard from' });
  });

  test('a dead router leaves the DOWN of its neighbour standing', () => {
    const memory = newLinkMemory('L1');
    for (const end of ENDS) observe(memory, sampleAt(1, end), LINK, DEFAULT_THRESHOLDS);
    for (let second = 2; second <= 9; second += 1) {
      observe(memory, sampleAt(second, 'a', { operStatus: 'down' }), LINK, DEFAULT_THRESHOLDS);
    }
    expect(linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, at(9)).state).toBe('down');
    expect(linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, at(60)).state).toBe('stale');
  });

  test('a DOWN of an end that went silent is no news of now when the other end says up', () => {
    const memory = newLinkMemory('L1');
    observe(memory, sampleAt(1, 'z', { operStatus: 'down' }), LINK, DEFAULT_THRESHOLDS);
    for (let second = 1; second <= 9; second += 1) observe(memory, sampleAt(second, 'a'), LINK, DEFAULT_THRESHOLDS);
    expect(linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, at(9)).state).toBe('stale');
  });

  test('what comes back is healthy since it came back', () => {
    const memory = newLinkMemory('L1');
    for (const second of [1, 30]) {
      for (const end of ENDS) observe(memory, sampleAt(second, end), LINK, DEFAULT_THRESHOLDS);
    }
    expect(linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, at(30))).toMatchObject({ state: 'healthy', sinceMs: at(30) });
  });
});

describe('thresholds', () => {
  test('take what the configuration says and refuse a pair the wrong way round', () => {
    const settings = { lossDegraded: 0.002, lossUnhealthy: 0.02, utilisationDegraded: 0.7, utilisationUnhealthy: 0.9 };
    expect(thresholdsFrom(settings)).toMatchObject({
      loss: { degraded: 0.002, unhealthy: 0.02, rise: 3 },
      utilisation: { degraded: 0.7, unhealthy: 0.9 },
    });
    expect(() => thresholdsFrom({ ...settings, lossUnhealthy: 0.001 })).toThrow(
      /lossUnhealthy: must be >= lossDegraded/,
    );
  });
});
