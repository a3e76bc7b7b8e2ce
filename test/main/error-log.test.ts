import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { DetourError } from '../../src/core/errors.ts';
import { createErrorLog, type ErrorLog } from '../../src/main/error-log.ts';
import { storeError } from '../../src/store/redis/errors.ts';

let clock: ManualClock;
let lines: string[];
let lost: DetourError[];
let log: ErrorLog;

beforeEach(() => {
  clock = new ManualClock(1_700_000_000_000);
  lines = [];
  lost = [];
  const take = (_about: object, message: string): void => void lines.push(message);
  log = createErrorLog({ error: take, info: take } as never, clock, (error) => lost.push(error));
});

/** What a service says while it asks for something every 100 ms and gets nothing. */
function failFor(seconds: number): void {
  for (let tick = 0; tick < seconds * 10; tick += 1) {
    log.onError(
      tick % 2 === 0
        ? new Error('connect ECONNREFUSED /tmp/redis.sock')
        : storeError('read', new Error('Connection is closed.')),
    );
    clock.advance(100);
  }
}

describe('the log of failures', () => {
  it('says of a long outage that it is one, twice a minute and at its end', () => {
    failFor(65);
    expect(lines).toHaveLength(3);
    expect(new Set(lines)).toEqual(
      new Set(['Redis does not answer; everything that needs it is tried again until it does']),
    );
    log.onBack();
    log.onBack();
    expect(lines.slice(3)).toEqual(['Redis answers again']);
  });

  it('says nothing of a moment, nor of an outage that another line explains', () => {
    failFor(0.9);
    log.onBack();
    log.closeOutage();
    failFor(60);
    expect(lines).toEqual([]);
  });

  it('takes a failure long after the last one for a new outage', () => {
    failFor(2);
    clock.advance(60_000);
    failFor(0.5);
    expect(lines).toHaveLength(1);
  });

  it('says everything else at once, however often, and hands on that the data is lost', () => {
    log.onError(new Error('a fault of ours'));
    log.onError(new Error('a fault of ours'));
    log.onError(new DetourError('REDIS_EMPTY', 'Redis has lost its data'));
    expect(lines).toEqual(Array(2).fill('something failed; it is tried again'));
    expect(lost.map(({ code }) => code)).toEqual(['DETOUR_ERR_REDIS_EMPTY']);
  });
});

describe('what the client of Redis says', () => {
  it.each([
    'Reached the max retries per request limit (which is 4). Refer to "maxRetriesPerRequest" option for details.',
    'Connection is closed.',
    'Command timed out',
    'connect ECONNREFUSED 127.0.0.1:6379',
  ])('%s, is said in our own words', (message) => {
    const error = storeError('read link states', new Error(message));
    expect(error.code).toBe('DETOUR_ERR_REDIS_UNREACHABLE');
    expect(error.status).toBe(503);
    expect(error.message).toBe('read link states: Redis does not answer');
    expect(error.hint).toContain('Detour goes on as soon as Redis answers');
  });

  it('keeps what Redis itself says of its state', () => {
    const error = storeError('write', new Error('LOADING Redis is loading the dataset in memory'));
    expect(error.code).toBe('DETOUR_ERR_REDIS_UNREACHABLE');
    expect(error.message).toContain('LOADING Redis is loading');
    expect(storeError('write', new Error('ERR wrong number of arguments')).code).toBe('DETOUR_ERR_INTERNAL');
  });
});
