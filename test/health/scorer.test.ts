import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENDS, type End } from '../../src/core/ids.ts';
import { compileSchema } from '../../src/core/schema.ts';
import { type LinkState, LinkStateSchema } from '../../src/health/link-state.ts';
import { newLinkMemory, parseMemory } from '../../src/health/memory.ts';
import { linkStateOf, observe } from '../../src/health/scorer.ts';
import { DEFAULT_THRESHOLDS } from '../../src/health/thresholds.ts';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import { LINK, START_MS, sampleAt } from './samples.ts';

type Changes = Partial<InterfaceSample>;

const stateSchema = compileSchema(LinkStateSchema, 'INTERNAL');

/** Feeds seconds `from`..`to` to both ends; `changes` says what is not calm. */
function feed(
  memory: ReturnType<typeof newLinkMemory>,
  from: number,
  to: number,
  changes: (second: number, end: End) => Changes = () => ({}),
): LinkState[] {
  const states: LinkState[] = [];
  for (let second = from; second <= to; second += 1) {
    for (const end of ENDS) observe(memory, sampleAt(second, end, changes(second, end)), LINK, DEFAULT_THRESHOLDS);
    states.push(stateAt(memory, second));
  }
  return states;
}

function stateAt(memory: ReturnType<typeof newLinkMemory>, second: number): LinkState {
  return linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, START_MS + second * 1000);
}

/** Packets lost on the wire from a to z. */
const corrupt =
  (ratio: number) =>
  (_second: number, end: End): Changes =>
    end === 'z' ? { inPackets: Math.round(100_000 * (1 - ratio)) } : {};

describe('a calm link', () => {
  test('is healthy with 100 points, and says what it measured', () => {
    const state = feed(newLinkMemory('L1'), 1, 20).at(-1) as LinkState;
    expect(stateSchema.problems(state)).toEqual([]);
    expect(state).toMatchObject({ state: 'healthy', score: 100, parts: [], adminDown: false, intervalMs: 1000 });
    expect(state.arcs.az).toMatchObject({
      loadBps: 8e8,
      utilisation: 0.08,
      lossRatio: 0,
      errorRatio: 0,
      latencyMs: null,
    });
    expect(state.arcs.az.unknown).toEqual({
      latencyMs: 'no probe measures it',
      baselineLatencyMs: 'no probe measures it',
    });
  });

  test('leaves null with a reason where counters are missing, never 0', () => {
    const state = feed(newLinkMemory('L1'), 1, 20, () => ({ inUnknownProtos: null, outOctets: null })).at(
      -1,
    ) as LinkState;
    expect(state.state).toBe('healthy');
    expect(state.arcs.za).toMatchObject({
      lossRatio: null,
      wireLossRatio: null,
      congestionLossRatio: 0,
      loadBps: null,
    });
    expect(state.arcs.za.unknown).toMatchObject({
      lossRatio: 'inDiscards or inUnknownProtos is not measured',
      loadBps: 'outOctets is not measured',
    });
  });
});

describe('loss', () => {
  test('of 5 % on the wire makes the link unhealthy within 5 s, on the arc that loses', () => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, 20);
    const states = feed(memory, 21, 30, corrupt(0.05));
    const raised = states.findIndex(({ state }) => state === 'unhealthy');
    expect(raised).toBeGreaterThanOrEqual(0);
    expect(raised).toBeLessThanOrEqual(4);
    const part = states.at(-1)?.parts.find(({ part: name }) => name === 'loss');
    expect(part).toMatchObject({ arc: 'L1:az', level: 'unhealthy', points: 60, threshold: 0.01 });
    expect(part?.value).toBeCloseTo(0.05, 3);
    expect(part?.text).toContain('L1:az');
    expect(states.at(-1)?.arcs.za.lossRatio).toBe(0);
  });

  test('clears only after the window is clean and enough values in a row say so', () => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, 20, corrupt(0.05));
    const states = feed(memory, 21, 45).map(({ state }) => state);
    const firstHealthy = states.indexOf('healthy');
    expect(firstHealthy).toBeGreaterThanOrEqual(DEFAULT_THRESHOLDS.loss.clear);
    expect(states.slice(firstHealthy).every((state) => state === 'healthy')).toBe(true);
  });

  test('by congestion counts at the sender and adds to the loss on the wire', () => {
    const memory = newLinkMemory('L1');
    const states = feed(memory, 1, 20, (_second, end) =>
      end === 'a' ? { outDiscards: 10_000 } : { inPackets: 81_000 },
    );
    const arc = states.at(-1)?.arcs.az;
    expect(arc?.congestionLossRatio).toBeCloseTo(0.1, 6);
    expect(arc?.wireLossRatio).toBeCloseTo(0.1, 6);
    expect(arc?.lossRatio).toBeCloseTo(0.19, 6);
  });

  test('below 1 % is what the receiver counted as errors, not the difference of two clocks', () => {
    const skewed = feed(newLinkMemory('L1'), 1, 20, corrupt(0.005)).at(-1);
    expect(skewed?.state).toBe('healthy');
    expect(skewed?.arcs.az.wireLossRatio).toBe(0);
    const counted = feed(newLinkMemory('L1'), 1, 20, (_second, end) =>
      end === 'z' ? { inPackets: 99_500, inErrors: 500 } : {},
    ).at(-1);
    expect(counted?.arcs.az.wireLossRatio).toBeCloseTo(0.005, 6);
    expect(counted?.state).toBe('degraded');
  });

  test('is never made up by a step of the rate between ends that are read at different moments', () => {
    const ratePerMs = (atMs: number) => (atMs < START_MS + 15_300 ? 100 : 300);
    const packets = (endMs: number) => {
      let sum = 0;
      for (let ms = endMs - 1000; ms < endMs; ms += 10) sum += ratePerMs(ms) * 10;
      return sum;
    };
    const memory = newLinkMemory('L1');
    for (let second = 1; second <= 30; second += 1) {
      for (const end of ENDS) {
        const atMs = START_MS + second * 1000 + (end === 'a' ? 0 : 430);
        const count = packets(atMs);
        const sample = sampleAt(second, end, { atMs, receivedAtMs: atMs, inPackets: count, outPackets: count });
        observe(memory, sample, LINK, DEFAULT_THRESHOLDS);
        expect(linkStateOf(memory, LINK, DEFAULT_THRESHOLDS, atMs).parts).toEqual([]);
      }
    }
  });

  test('stays raised while a link carries nothing, and is dropped after forgetMs', () => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, 20, corrupt(0.05));
    const idle = { inPackets: 0, outPackets: 0, inOctets: 0, outOctets: 0 };
    const forgetSeconds = DEFAULT_THRESHOLDS.forgetMs / 1000;
    const states = feed(memory, 21, 20 + forgetSeconds + 30, () => idle).map(({ state }) => state);
    expect(states[forgetSeconds - 10]).toBe('unhealthy');
    expect(states.at(-1)).toBe('healthy');
  });
});

describe('status', () => {
  test('one DOWN at one end is enough; going up again takes five samples', () => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, 10);
    observe(memory, sampleAt(11, 'z', { operStatus: 'lowerLayerDown' }), LINK, DEFAULT_THRESHOLDS);
    const down = stateAt(memory, 11);
    expect(down).toMatchObject({ state: 'down', score: 0, adminDown: false });
    expect(down.parts[0]).toMatchObject({ part: 'status', level: 'down', points: 100 });
    const states = feed(memory, 12, 20).map(({ state }) => state);
    expect(states.slice(0, 4)).toEqual(['down', 'down', 'down', 'down']);
    expect(states[4]).toBe('healthy');
  });

  test('a link shut by its operator is down, is no fault, and names the end', () => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, 10);
    const [state] = feed(memory, 11, 11, (_second, end) =>
      end === 'a' ? { adminStatus: 'down', operStatus: 'down' } : { operStatus: 'down' },
    );
    expect(state).toMatchObject({ state: 'down', adminDown: true, parts: [], score: 100 });
    expect(state?.reason).toBe('shut by its operator at end a');
    expect(memory.flaps).toBe(0);
  });

  test('a status that is unknown says nothing', () => {
    const states = feed(newLinkMemory('L1'), 1, 5, () => ({ operStatus: 'unknown' }));
    expect(states.at(-1)?.state).toBe('healthy');
  });

  test.each([
    ['within a minute', 50, 'unhealthy'],
    ['within two minutes', 100, 'degraded'],
    ['after five minutes', 300, null],
  ] as const)('going down a second time %s is flapping: %s s after the first, %s', (_when, second, level) => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, second + 1, (now) => ({ operStatus: now === 1 || now === second + 1 ? 'down' : 'up' }));
    const flapping = stateAt(memory, second + 1).parts.find(({ part }) => part === 'flapping');
    expect(flapping?.level ?? null).toBe(level);
  });

  test('going down again and again is flapping, which decays', () => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, 60, (second) => ({ operStatus: second % 15 === 0 ? 'down' : 'up' }));
    const flapping = stateAt(memory, 60).parts.find(({ part }) => part === 'flapping');
    // Four downs in a minute, each halved per minute: 1 + 0.84 + 0.71 + 0.59.
    expect(flapping).toMatchObject({ level: 'unhealthy', arc: null });
    expect(flapping?.value).toBeCloseTo(3.14, 1);
    expect(feed(memory, 61, 300).at(-1)?.state).toBe('healthy');
  });
});

describe('latency, utilisation and errors', () => {
  test('latency counts against its own baseline, which does not learn while it is raised', () => {
    const memory = newLinkMemory('L1');
    expect(feed(memory, 1, 9, () => ({ latencyMs: 20 })).at(-1)?.arcs.az.baselineLatencyMs).toBeNull();
    expect(feed(memory, 10, 60, () => ({ latencyMs: 20 })).at(-1)?.arcs.az.baselineLatencyMs).toBeCloseTo(20, 6);
    const raised = feed(memory, 61, 600, () => ({ latencyMs: 32 })).at(-1);
    expect(raised?.state).toBe('degraded');
    expect(raised?.arcs.az.baselineLatencyMs).toBeCloseTo(20, 1);
    expect(raised?.parts.map(({ part, arc }) => [part, arc])).toEqual([
      ['latency', 'L1:az'],
      ['latency', 'L1:za'],
    ]);
    expect(feed(memory, 601, 620, () => ({ latencyMs: 20 })).at(-1)?.state).toBe('healthy');
  });

  test('utilisation names the arc and its threshold', () => {
    const state = feed(newLinkMemory('L1'), 1, 10, (_second, end) => (end === 'z' ? { outOctets: 1.2e9 } : {})).at(-1);
    expect(state).toMatchObject({ state: 'unhealthy', score: 60 });
    expect(state?.parts).toMatchObject([{ part: 'utilisation', arc: 'L1:za', value: 0.96, threshold: 0.95 }]);
  });

  test('errors that are too few for loss degrade the link', () => {
    const state = feed(newLinkMemory('L1'), 1, 20, (_second, end) => (end === 'z' ? { inErrors: 30 } : {})).at(-1);
    expect(state?.parts).toMatchObject([{ part: 'errors', arc: 'L1:az', level: 'degraded' }]);
  });
});

describe('order and restarts', () => {
  test('an older sample and a duplicate leave no trace', () => {
    const memory = newLinkMemory('L1');
    feed(memory, 1, 10);
    const before = JSON.stringify(memory);
    for (const second of [10, 9, 3]) {
      const verdict = observe(memory, sampleAt(second, 'a', { operStatus: 'down' }), LINK, DEFAULT_THRESHOLDS);
      expect(verdict).toBe('out-of-order');
    }
    expect(JSON.stringify(memory)).toBe(before);
  });

  test('one time that is seconds ahead makes nothing stale', () => {
    const memory = newLinkMemory('L1');
    const ahead = (second: number): Changes => {
      const atMs = START_MS + second * 1000;
      return { receivedAtMs: atMs, atMs: second === 11 ? atMs + 5000 : atMs };
    };
    const states = feed(memory, 1, 30, ahead);
    expect(states.map(({ state }) => state).slice(5)).toEqual(Array(25).fill('healthy'));
    expect(memory.ends.a.atMs).toBe(START_MS + 30_000);
    expect(states.at(-1)?.arcs.az.lossRatio).toBe(0);
  });

  test('from a clock that is always ahead, what was overtaken on its way still leaves no trace', () => {
    const memory = newLinkMemory('L1');
    const fast = (second: number): Changes => {
      const receivedAtMs = START_MS + second * 1000;
      return { receivedAtMs, atMs: receivedAtMs + 4000 };
    };
    feed(memory, 1, 10, fast);
    const before = JSON.stringify(memory);
    const late = sampleAt(9, 'a', { ...fast(9), receivedAtMs: START_MS + 10_900, operStatus: 'down' });
    expect(observe(memory, late, LINK, DEFAULT_THRESHOLDS)).toBe('out-of-order');
    expect(JSON.stringify(memory)).toBe(before);
  });

  test('what is no memory is not taken for one', () => {
    expect(parseMemory(undefined)).toBeNull();
    expect(parseMemory({ ...newLinkMemory('L1'), version: 0 })).toBeNull();
    expect(parseMemory({ ...newLinkMemory('L1'), ends: {} })).toBeNull();
  });

  const anySample = fc.record({
    end: fc.constantFrom<End>('a', 'z'),
    stepMs: fc.integer({ min: -500, max: 4000 }),
    intervalMs: fc.option(fc.constantFrom(500, 1000, 2000, 1e-9)),
    operStatus: fc.constantFrom<InterfaceSample['operStatus']>('up', 'up', 'up', 'up', 'down', 'unknown', null),
    adminStatus: fc.constantFrom<InterfaceSample['adminStatus']>('up', 'up', 'up', 'down', null),
    inPackets: fc.option(fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.double({ min: 0, noNaN: true }))),
    outPackets: fc.option(fc.integer({ min: 0, max: 200_000 })),
    outDiscards: fc.option(fc.integer({ min: 0, max: 20_000 })),
    inErrors: fc.option(fc.integer({ min: 0, max: 3000 })),
    outOctets: fc.option(fc.oneof(fc.integer({ min: 0, max: 1.3e9 }), fc.double({ min: 0, noNaN: true }))),
    latencyMs: fc.option(fc.double({ min: 0, max: 600_000, noNaN: true })),
  });

  test('a restart between any two samples changes nothing, and every state fits its schema', () => {
    fc.assert(
      fc.property(fc.array(anySample, { minLength: 1, maxLength: 80 }), (steps) => {
        const kept = newLinkMemory('L1');
        let restarted = newLinkMemory('L1');
        let atMs = START_MS;
        for (const { stepMs, end, ...rest } of steps) {
          atMs += stepMs;
          const sample = { ...sampleAt(0, end), ...rest, atMs, receivedAtMs: atMs };
          const parsed = parseMemory(JSON.parse(JSON.stringify(restarted)));
          if (!parsed) throw new Error(`not read back: ${JSON.stringify(restarted)}`);
          restarted = parsed;
          const verdict = observe(kept, sample, LINK, DEFAULT_THRESHOLDS);
          expect(observe(restarted, sample, LINK, DEFAULT_THRESHOLDS)).toBe(verdict);
          const state = linkStateOf(kept, LINK, DEFAULT_THRESHOLDS, atMs);
          expect(stateSchema.problems(state)).toEqual([]);
          expect(linkStateOf(restarted, LINK, DEFAULT_THRESHOLDS, atMs)).toEqual(state);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('memory is bounded however long and fast the samples come', () => {
    const memory = newLinkMemory('L1');
    for (let count = 1; count <= 20_000; count += 1) {
      const atMs = START_MS + count * 15;
      const changes = { atMs, receivedAtMs: atMs, intervalMs: 15, latencyMs: 3 };
      for (const end of ENDS) observe(memory, sampleAt(0, end, changes), LINK, DEFAULT_THRESHOLDS);
    }
    expect(JSON.stringify(memory).length).toBeLessThan(8_000);
  });
});

describe('the score is monotone', () => {
  test('more loss, load, errors or latency never scores better', () => {
    const badness = fc.record({
      loss: fc.double({ min: 0, max: 0.2, noNaN: true }),
      discards: fc.integer({ min: 0, max: 20_000 }),
      errors: fc.integer({ min: 0, max: 5000 }),
      octets: fc.integer({ min: 0, max: 1.25e9 }),
      extraMs: fc.double({ min: 0, max: 100, noNaN: true }),
    });
    const scoreOf = ({
      loss,
      discards,
      errors,
      octets,
      extraMs,
    }: typeof badness extends fc.Arbitrary<infer T> ? T : never) => {
      const memory = newLinkMemory('L1');
      feed(memory, 1, 12, () => ({ latencyMs: 10 }));
      const received = Math.round((100_000 - discards) * (1 - loss));
      const state = feed(memory, 13, 30, (_second, end) =>
        end === 'a'
          ? { outDiscards: discards, outOctets: octets, latencyMs: 10 + extraMs }
          : { inPackets: received, inErrors: errors, latencyMs: 10 },
      ).at(-1);
      return state?.score as number;
    };
    fc.assert(
      fc.property(badness, badness, (one, other) => {
        const worse = {
          loss: Math.max(one.loss, other.loss),
          discards: Math.max(one.discards, other.discards),
          errors: Math.max(one.errors, other.errors),
          octets: Math.max(one.octets, other.octets),
          extraMs: Math.max(one.extraMs, other.extraMs),
        };
        expect(scoreOf(worse)).toBeLessThanOrEqual(scoreOf(one));
      }),
      { numRuns: 80 },
    );
  });
});

describe('what a collector tells beside its counters', () => {
  test('an aggregate that lost a member is measured against what is left of it', () => {
    const halved = feed(newLinkMemory('L1'), 1, 20, (second) => (second > 10 ? { capacityBps: 1e9 } : {}));
    expect(halved[9]?.arcs.az).toMatchObject({ utilisation: 0.08 });
    expect(halved[9]?.arcs.az).not.toHaveProperty('capacityBps');
    expect(halved[19]?.arcs.az).toMatchObject({ utilisation: 0.8, capacityBps: 1e9 });
    expect(stateSchema.problems(halved[19])).toEqual([]);
    const none = feed(newLinkMemory('L1'), 1, 3, () => ({ capacityBps: 0 })).at(-1);
    expect(none?.arcs.az).toMatchObject({
      utilisation: null,
      unknown: { utilisation: expect.stringMatching(/member/) },
    });
    const oneEnd = feed(newLinkMemory('L1'), 1, 3, (_second, end) => (end === 'a' ? { capacityBps: 1e9 } : {})).at(-1);
    expect([oneEnd?.arcs.az.utilisation, oneEnd?.arcs.za.utilisation]).toEqual([0.8, 0.8]);
    expect(oneEnd?.arcs.za).not.toHaveProperty('capacityBps');
    const wider = feed(newLinkMemory('L1'), 1, 3, () => ({ capacityBps: 1e12 })).at(-1);
    expect(wider?.arcs.az.utilisation).toBe(0.08);
  });

  test('half a round trip is marked as estimated, and the reason of what is unknown is kept', () => {
    const state = feed(newLinkMemory('L1'), 1, 2, () => ({
      latencyMs: 4,
      isLatencyEstimated: true,
      outOctets: null,
      unknown: { outOctets: 'it moved by more than any line carries' },
    })).at(-1) as LinkState;
    expect(state.arcs.az).toMatchObject({
      latencyMs: 4,
      isLatencyEstimated: true,
      loadBps: null,
      unknown: { loadBps: 'it moved by more than any line carries' },
    });
    const first = { intervalMs: null, outOctets: null, unknown: { intervalMs: 'the agent has only just started' } };
    const [unread] = feed(newLinkMemory('L1'), 1, 1, () => first);
    expect(unread?.arcs.az.unknown.loadBps).toBe('the agent has only just started');
    expect(unread?.arcs.az).not.toHaveProperty('isLatencyEstimated');
  });
});
