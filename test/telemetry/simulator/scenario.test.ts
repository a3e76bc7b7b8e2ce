import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { loadScenario, parseScenario, SHIPPED_SCENARIOS } from '../../../src/telemetry/simulator/scenario.ts';

const HEAD = 'format: detour-scenario/1\nname: test\n';

function refusal(text: string): DetourError {
  try {
    parseScenario(text);
  } catch (error) {
    if (error instanceof DetourError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${text}`);
}

describe('parseScenario', () => {
  it('fills in defaults', () => {
    const scenario = parseScenario(HEAD);
    expect(scenario.startHour).toBeNull();
    expect(scenario.plant.probePacketsPerSecond).toBe(1000);
    expect(scenario.faults).toEqual({ maxActive: 3, quietSeconds: 0, candidates: 1, scripted: [] });
  });

  it.each([
    ['traffic: { peakUtilisation: -1 }', 'traffic.peakUtilisation', '-1'],
    ['traffic: { troughRatio: .nan }', 'traffic.troughRatio', 'NaN'],
    ['traffic: { peak: 1 }', 'traffic.peak', 'not a known field'],
    ['traffic: { largestDemands: "12" }', 'traffic.largestDemands', '"12"'],
    ['plant: { packetBytes: 1.5 }', 'plant.packetBytes', '1.5'],
    ['plant: null', 'plant', 'null'],
    ['startHour: noon', 'startHour', '"noon"'],
    ['faults: { fibreCut: { duration: { between: [1, 2] } } }', 'faults.fibreCut.meanSecondsBetween', 'is missing'],
    ['faults: { fibreCut: { meanSecondsBetween: 9, duration: {} } }', 'faults.fibreCut.duration', 'either'],
    [
      'faults: { fibreCut: { meanSecondsBetween: 9, duration: { median: 5 } } }',
      'faults.fibreCut.duration.sigma',
      'is missing',
    ],
    [
      'faults: { fibreCut: { meanSecondsBetween: 9, duration: { between: [5, 2] } } }',
      'faults.fibreCut.duration.between',
      '[5,2]',
    ],
    [
      'faults: { corruption: { meanSecondsBetween: 9, duration: { between: [1, 2] }, lossRatio: [0.5, 2] } }',
      'faults.corruption.lossRatio[1]',
      '2',
    ],
    ['faults: { scripted: [{ atSeconds: 1, kind: fire, durationSeconds: 1 }] }', 'faults.scripted[0].kind', '"fire"'],
    [
      'faults: { scripted: [{ atSeconds: 1, kind: surge, durationSeconds: 1, strength: 2 }] }',
      'faults.scripted[0].node',
      'is missing',
    ],
    [
      'faults: { scripted: [{ atSeconds: 1, kind: corruption, link: l, durationSeconds: 1 }] }',
      'faults.scripted[0].strength',
      'is missing',
    ],
    [
      'faults: { scripted: [{ atSeconds: 1, kind: corruption, link: l, durationSeconds: 1, strength: 5 }] }',
      'faults.scripted[0].strength',
      '5',
    ],
    [
      'faults: { scripted: [{ atSeconds: 1, kind: fibre-cut, durationSeconds: 1 }] }',
      'faults.scripted[0].link',
      'missing',
    ],
  ])('refuses %s by name', (text, field, part) => {
    const error = refusal(HEAD + text);
    expect(error.code).toBe('DETOUR_ERR_INVALID_SCENARIO');
    expect(error.field).toBe(field);
    expect(error.message).toContain(field);
    expect(error.message).toContain(part);
  });

  it.each([
    ['nothing', ''],
    ['a list', '- 1'],
    ['another format', 'format: detour-network/1\nname: x'],
    ['broken YAML', 'format: [\nname'],
    ['a key twice', `${HEAD}name: again`],
    ['aliases', `${HEAD}traffic: &t {}\nplant: *t`],
    ['two documents', `${HEAD}---\n${HEAD}`],
    ['a flood', `${HEAD}# ${'x'.repeat(300_000)}`],
  ])('refuses %s', (_what, text) => {
    const error = refusal(text);
    expect(error.code).toBe('DETOUR_ERR_INVALID_SCENARIO');
    expect(error.message).not.toContain('\n');
  });
});

describe('loadScenario', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'detour-scenario-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(SHIPPED_SCENARIOS)('ships %s', async (name) => {
    const scenario = await loadScenario(name);
    expect(scenario.name).toBe(name);
    const meanSecondsBetween = scenario.faults.fibreCut?.meanSecondsBetween;
    // Something fails in all of them: often enough to be watched, or as seldom as in a real network.
    expect(meanSecondsBetween ?? scenario.failures?.mtbfHours[0]).toBeGreaterThan(1);
  });

  it('has something to see in the first half minute of the demo', async () => {
    const { faults } = await loadScenario('demo');
    expect(faults.scripted.find((fault) => fault.link === 'busiest')?.atSeconds).toBeLessThan(30);
  });

  it('reads a file', async () => {
    const path = join(folder, 'mine.yaml');
    await writeFile(path, `${HEAD}startHour: 3`);
    expect((await loadScenario(path)).startHour).toBe(3);
  });

  it.each(['no-such', '.'])('says what it cannot read: %s', async (name) => {
    await expect(loadScenario(name)).rejects.toMatchObject({
      code: 'DETOUR_ERR_FILE_UNREADABLE',
      hint: expect.stringContaining('demo'),
    });
  });
});
