import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { Partitions } from '../../src/history/duckdb/partitions.ts';
import type { HistoryWriter, ImportBlock } from '../../src/history/history.ts';
import { backfill, isFirstStart } from '../../src/main/backfill.ts';
import { createEngine } from '../../src/telemetry/simulator/engine.ts';
import { loadScenario } from '../../src/telemetry/simulator/scenario.ts';
import { loadNetwork } from '../../topology/files.ts';
import { tempDir } from '../support/temp-dir.ts';

const NOW_MS = Date.UTC(2026, 0, 7, 13, 20, 45);
const MINUTE_MS = 60_000;
const HOURS = 3;

async function made(signal = new AbortController().signal): Promise<ImportBlock[]> {
  const blocks: ImportBlock[] = [];
  const writer: Pick<HistoryWriter, 'importMinutes'> = {
    importMinutes: async (given) => {
      for await (const block of given) blocks.push(block);
      return { rows: blocks.reduce((sum, { values }) => sum + values.length, 0) };
    },
  };
  const config = configWith();
  const parts = { config, writer: writer as HistoryWriter, clock: new ManualClock(NOW_MS), signal };
  await backfill(parts);
  return blocks;
}

function configWith() {
  const flags = { network: 'abilene', backfillHours: String(HOURS), dataDir: tempDir('backfill') };
  return loadConfig({}, flags);
}

describe('the past of a simulated network', () => {
  it('has every minute up to now, and goes on at the level at which the live run begins', async () => {
    const blocks = await made();
    const ends = Math.floor(NOW_MS / MINUTE_MS) * MINUTE_MS;
    for (const { atMs } of blocks) {
      expect(atMs.length).toBe(HOURS * 60);
      expect(atMs[atMs.length - 1]).toBe(ends - MINUTE_MS);
      expect(atMs[0]).toBe(ends - HOURS * 60 * MINUTE_MS);
    }
    const { network } = await loadNetwork('abilene');
    const kinds = ['link', 'arc', 'device', 'interface'];
    expect(kinds.filter((kind) => blocks.some((block) => block.kind === kind))).toEqual(kinds);
    const engine = createEngine({
      network,
      demands: null,
      scenario: await loadScenario('demo'),
      seed: 1,
      startMs: NOW_MS,
      ageSeconds: HOURS * 3600,
    });
    const live = Array.from({ length: 5 }, () => engine.step(1)).at(-1)?.measurements ?? [];
    const liveBps = live.reduce((sum, { outOctets }) => sum + (outOctets as number) * 8, 0);
    const loads = blocks.filter(({ metric }) => metric === 'loadBps');
    const lastBps = loads.reduce((sum, { values }) => sum + (values[values.length - 1] as number), 0);
    const firstBps = loads.reduce((sum, { values }) => sum + (values[0] as number), 0);
    expect(Math.abs(lastBps / liveBps - 1)).toBeLessThan(0.12);
    // Three hours before its busiest hour it was less busy: the past is not the present repeated.
    expect(firstBps).toBeLessThan(lastBps);
  });

  it('is given up when the service stops', async () => {
    const stopping = new AbortController();
    stopping.abort(new Error('stopping'));
    await expect(made(stopping.signal)).rejects.toThrow('stopping');
  });

  it('is made once: not where history has been kept before, and not in a database of others', () => {
    const config = configWith();
    expect(isFirstStart(config, 'abilene')).toBe(true);
    expect(isFirstStart({ ...config, historyUrl: 'http://127.0.0.1:9' }, 'abilene')).toBe(false);
    const { databaseFile } = new Partitions(config.dataDir, 'abilene');
    mkdirSync(dirname(databaseFile), { recursive: true });
    writeFileSync(databaseFile, '');
    expect(isFirstStart(config, 'abilene')).toBe(false);
  });
});
