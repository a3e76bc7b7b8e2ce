import { describe, expect, it } from 'vitest';
import { riskLevelOf } from '../../../src/core/risk.ts';
import { emptyBook, nextRound } from '../../../src/predict/live/alarms.ts';

const MINUTE_MS = 60_000;
const HORIZON_MS = 360 * MINUTE_MS;
const never = () => false;

/** Plays probabilities of one link minute by minute; a letter f is a failure, s a link that is shut, null is unknown. */
function play(
  steps: readonly (number | null | 'f' | 's')[],
  isHealed: (linkId: string, sinceMs: number) => boolean = never,
) {
  const book = emptyBook();
  const told = steps.flatMap((step, minute) => {
    const probability = typeof step === 'string' ? null : step;
    const round = {
      ...{ linkId: 'l1', probability, hasFailed: step === 'f', isShut: step === 's' },
      level: probability === null ? null : riskLevelOf(probability),
    };
    return nextRound(book, [round], minute * MINUTE_MS, HORIZON_MS, isHealed).map(({ kind }) => `${minute} ${kind}`);
  });
  return { book, told };
}
const quiet = (minutes: number) => new Array<number>(minutes).fill(0.1);

describe('alarms about risks', () => {
  it('rise in the second round and clear in the fifth quiet one', () => {
    expect(play([0.7, 0.7, 0.7, ...quiet(5)]).told).toEqual(['1 raised', '7 cleared']);
  });

  it('are not set off by one round, nor cleared by a few, nor flooded by a risk that moves about the line', () => {
    expect(play([0.7, 0.1, 0.7, 0.1]).told).toEqual([]);
    expect(play([0.7, 0.7, 0.1, 0.1, 0.7, 0.1, 0.1, 0.1, 0.7]).told).toEqual(['1 raised']);
    expect(play([0.65, 0.65, 0.55, 0.65, 0.55, 0.55, 0.55, 0.55, 0.55, 0.55]).told).toEqual(['1 raised']);
  });

  it('tell when it gets worse, once', () => {
    expect(play([0.7, 0.7, 0.85, 0.9, 0.7, 0.85]).told).toEqual(['1 raised', '2 worse']);
  });

  it('come true with a failure, also one after they were cleared, and are false without one', () => {
    const right = play([0.7, 0.7, 'f']);
    expect(right.told).toEqual(['1 raised', '2 came-true']);
    expect(right.book.alarms[0]).toMatchObject({ outcome: 'came-true', failedAtMs: 2 * MINUTE_MS });
    const late = play([0.7, 0.7, ...quiet(100), 'f']);
    expect(late.told).toEqual(['1 raised', '6 cleared']);
    expect(late.book.alarms[0]?.outcome).toBe('came-true');
    expect(play([0.7, 0.7, ...quiet(361)]).book.alarms[0]?.outcome).toBe('false-alarm');
    expect(play([0.7, 0.7, ...quiet(359)]).book.alarms[0]?.outcome).toBe('open');
  });

  it('count neither way where traffic was taken off the link because of them', () => {
    const { book } = play([0.7, 0.7, ...quiet(361)], (linkId, sinceMs) => linkId === 'l1' && sinceMs === MINUTE_MS);
    expect(book.alarms[0]?.outcome).toBe('healed');
    const shut = play([0.7, 0.7, 's', ...quiet(400)]);
    expect(shut.told).toEqual(['1 raised', '2 cleared']);
    expect(shut.book.alarms[0]?.outcome).toBe('healed');
  });

  it('say nothing of what is unknown, and are bounded', () => {
    expect(play([0.7, null, null, null]).told).toEqual([]);
    const book = emptyBook();
    const links = Array.from({ length: 300 }, (_, at) => ({
      ...{ linkId: `l${at}`, probability: 0.9, level: 'critical' as const, hasFailed: false, isShut: false },
    }));
    for (const atMs of [0, 1]) nextRound(book, links, atMs, HORIZON_MS, never);
    expect(book.alarms).toHaveLength(200);
  });
});
