import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, NAMES, type Settings, wordsOf } from '../../../src/web/screens/control/guardrail-words.ts';
import { fromLocalText, soon, spanText, toLocalText } from '../../../src/web/screens/control/local-time.ts';
import { targetsOf, targetsText } from '../../../src/web/screens/control/targets.ts';

const SETTINGS: Settings = {
  mode: null,
  scopes: [],
  maxAtOnce: 20,
  maxPerHour: 120,
  maxMovedShare: 0.5,
  minGainBps: 0,
  holdDownSeconds: 600,
  approvals: 1,
  freezeWindows: [],
  changeWindows: [],
  protectedLinks: [],
  protectedDemands: [],
};
const NOW_MS = new Date(2026, 0, 31, 12, 0).getTime();
const words = (settings: Settings) =>
  NAMES.map((name) => wordsOf(name, settings[name], { configured: 'manual' }, NOW_MS));

describe('guardrails in words', () => {
  it('has a sentence for every setting, and says which mode null means', () => {
    expect(NAMES.toSorted()).toEqual(Object.keys(SETTINGS).sort());
    expect(words(SETTINGS).every((text) => text.length > 10)).toBe(true);
    expect(words(SETTINGS)[0]).toContain('as it was configured');
    expect(wordsOf('mode', null, { configured: 'auto' }, NOW_MS)).toContain('Detour applies by itself');
    expect(wordsOf('mode', 'manual', { configured: 'auto' }, NOW_MS)).toBe('People decide what is applied');
  });

  it('says what is different wherever something is, and sends nothing else', () => {
    const changed: Settings = {
      mode: 'auto',
      scopes: [{ links: ['a--b'], mode: 'manual' }],
      maxAtOnce: 1,
      maxPerHour: 0,
      maxMovedShare: 0.051,
      minGainBps: 2e6,
      holdDownSeconds: 0,
      approvals: 2,
      freezeWindows: [{ fromMs: NOW_MS, toMs: NOW_MS + 3_600_000, reason: 'election' }],
      changeWindows: [{ fromMs: NOW_MS, toMs: NOW_MS + 60_000, reason: '' }],
      protectedLinks: ['x', 'y'],
      protectedDemands: ['gold'],
    };
    const [before, after] = [words(SETTINGS), words(changed)];
    expect(before.filter((text, at) => text === after[at])).toEqual([]);
    fc.assert(
      fc.property(fc.subarray([...NAMES]), (names) => {
        const mixed = { ...SETTINGS, ...Object.fromEntries(names.map((name) => [name, changed[name]])) };
        expect(Object.keys(changesOf(SETTINGS, mixed)).sort()).toEqual(names.toSorted());
      }),
    );
  });
});

describe('times of a form', () => {
  it('come back to the minute, whatever the clock of the place', () => {
    const minutes = fc.integer({ min: 0, max: 35_791_394 }).map((minute) => minute * 60_000);
    fc.assert(
      fc.property(minutes, (atMs) => {
        const text = toLocalText(atMs);
        // An hour that the clock strikes twice is told by the same text.
        expect(toLocalText(fromLocalText(text) ?? Number.NaN)).toBe(text);
      }),
    );
    expect(fromLocalText('')).toBeNull();
    expect(fromLocalText('soon')).toBeNull();
    expect(soon(NOW_MS + 1)).toBe(NOW_MS + 300_000);
  });

  it('name the day only where it is not today', () => {
    expect(spanText(NOW_MS, NOW_MS + 5_400_000, NOW_MS)).toBe('12:00 – 13:30');
    expect(spanText(NOW_MS, NOW_MS + 86_400_000, NOW_MS)).toMatch(/31.* – .*1/);
  });
});

describe('what a window drains', () => {
  it('goes to the service by kind, ids with colons too, and is named in short', () => {
    const targets = targetsOf(['link:a--b', 'node:r1', 'group:duct:1', 'nothing', 'link:c--d']);
    expect(targets).toEqual({ links: ['a--b', 'c--d'], nodes: ['r1'], srlgs: ['duct:1'] });
    expect(targetsText(targets)).toBe('a--b, c--d, node r1 and 1 more');
  });
});
