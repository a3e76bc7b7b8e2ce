import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { DetourError } from '../../src/core/errors.ts';
import { DuckdbHistory } from '../../src/history/duckdb/owner.ts';
import { DAY_MS, type FeedCursor, type HistoryWriter, MINUTE_MS } from '../../src/history/history.ts';
import { Recorder } from '../../src/history/recorder.ts';
import { Answerer, RemoteHistory } from '../../src/history/remote.ts';
import type { HistoryRecord } from '../../src/store/history-record.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { createEmptyHistory } from './empty-history.ts';

const NOW_MS = Date.parse('2026-03-06T12:30:00Z');
const RETENTION = { rawMs: 2 * DAY_MS, minuteMs: 200 * DAY_MS, hourMs: 800 * DAY_MS, maxBytes: 1e9 };
const record = (second: number): HistoryRecord => ({
  kind: 'link',
  id: 'L',
  atMs: NOW_MS - 600_000 + second * 1000,
  values: { score: second },
});
const LAST_HOUR = { kind: 'link', ids: null, metrics: null, fromMs: NOW_MS - 3_600_000, toMs: NOW_MS } as const;

function scene() {
  const clock = new ManualClock(NOW_MS);
  const store = createMemoryStore({ networkName: 'n', partitions: 1, clock });
  const dataDir = tempDir('history');
  const errors: unknown[] = [];
  const open = () => new DuckdbHistory({ dataDir, networkName: 'n', retention: RETENTION, clock });
  const record = async (writer: HistoryWriter) => {
    const recorder = new Recorder({ store, writer, clock, holder: 'me', onError: (error) => errors.push(error) });
    await recorder.start();
    let isStopped = false;
    const stop = async () => {
      if (!isStopped) await recorder.stop();
      isStopped = true;
    };
    onTestFinished(stop);
    return { stop };
  };
  return { clock, store, dataDir, errors, open, record };
}

async function scoresIn(history: DuckdbHistory): Promise<number> {
  const { series } = await history.range({ ...LAST_HOUR, stepMs: MINUTE_MS });
  return series.flatMap(({ count }) => count).reduce((sum, count) => sum + count, 0);
}

const until = (what: string, probe: () => boolean | Promise<boolean>) => waitFor(what, probe, { timeoutMs: 20_000 });

describe('Recorder', () => {
  it('goes on after a restart where it ended: nothing twice, nothing left out', async () => {
    const { store, open, record: follow } = scene();
    for (let second = 0; second < 3; second += 1) await store.history.append([record(second)]);
    const first = open();
    const { stop } = await follow(first);
    await until('three to be written', async () => (await scoresIn(first)) === 3);
    await stop();
    for (let second = 3; second < 5; second += 1) await store.history.append([record(second)]);
    const second = open();
    await follow(second);
    await until('five to be there', async () => (await scoresIn(second)) === 5);
    expect((await store.events.latest(10)).map(({ type }) => type)).toEqual([]);
  });

  it('says how much went by while nobody wrote', async () => {
    const { store, open, record: follow } = scene();
    await store.history.append([record(0)]);
    const first = open();
    const { stop } = await follow(first);
    await until('one to be written', async () => (await scoresIn(first)) === 1);
    await stop();
    for (let second = 1; second < 4; second += 1) await store.history.append([record(second)]);
    const [, dropped] = await store.history.read('0', { limit: 2, blockMs: 0 });
    await store.history.acknowledge(dropped?.id ?? '');
    const second = open();
    await follow(second);
    await until('the last one to be written', async () => (await scoresIn(second)) === 2);
    const [event] = await store.events.latest(1);
    expect(event).toMatchObject({ type: 'history-lost', details: { missing: 2 } });
  });

  it('keeps what could not be written, says so once, and says when it can again', async () => {
    const { store, open, record: follow, errors } = scene();
    const history = open();
    let failures = 2;
    const flaky: HistoryWriter = {
      start: () => history.start(),
      append: async (records, cursor: FeedCursor) => {
        failures -= 1;
        if (failures >= 0) throw new DetourError('HISTORY_UNAVAILABLE', 'no space left on the disk');
        return history.append(records, cursor);
      },
      importMinutes: (blocks) => history.importMinutes(blocks),
      tick: (nowMs) => history.tick(nowMs),
      prune: (nowMs) => history.prune(nowMs),
      stop: () => history.stop(),
    };
    await store.history.append([record(0)]);
    await follow(flaky);
    await until('the record to be written in the end', async () => (await scoresIn(history)) === 1);
    await until('the all-clear', async () => (await store.events.latest(1))[0]?.cleared === true);
    const events = (await store.events.latest(10)).map(({ type, cleared }) => [type, cleared]);
    expect(events).toEqual([
      ['history-failed', true],
      ['history-failed', false],
    ]);
    expect(errors.length).toBe(2);
  });

  it('lets only one of two follow the feed', async () => {
    const { store, open, record: follow, clock } = scene();
    await store.leases.acquire('history', 'someone else', 60_000);
    await store.history.append([record(0)]);
    const history = open();
    await follow(history);
    expect(await scoresIn(history)).toBe(0);
    clock.advance(120_000);
    await until('its turn', async () => (await scoresIn(history)) === 1);
  });
});

describe('questions to the owner', () => {
  it('brings its answers and its refusals, and falls back to what is closed where nobody answers', async () => {
    const { store, clock, open } = scene();
    const history = open();
    await history.start();
    onTestFinished(() => history.stop());
    await history.append([record(1), record(2)], { id: '1-0', number: 1 });
    const answerer = new Answerer({
      questions: store.questions,
      reader: history,
      clock,
      onError: (error) => expect.unreachable(String(error)),
    });
    await answerer.start();
    const remote = new RemoteHistory({ questions: store.questions, closed: createEmptyHistory(), clock });
    const asked = { ...LAST_HOUR, stepMs: MINUTE_MS, ids: null, metrics: null };
    expect(await remote.range(asked)).toEqual(await history.range(asked));
    expect((await remote.range(asked)).series.map(({ id, metric }) => [id, metric])).toEqual([['L', 'score']]);
    const refused = remote.range({ ...asked, fromMs: 0, stepMs: 1000 });
    await expect(refused).rejects.toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT', field: 'step' });
    await answerer.stop();
    const impatient = { questions: store.questions, closed: createEmptyHistory(), clock, timeoutMs: 50 };
    expect((await new RemoteHistory(impatient).range(asked)).series).toEqual([]);
  });
});
